#include "gatewayd/handover.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <future>
#include <optional>

#include "gatewayd/packet.h"
#include "gatewayd/take_over.h"
#include "tests/unit/shared/store/scratch.h"

namespace {

using namespace gateway;

// What a giver was told, in order.
struct Told {
  std::promise<std::string> withdrawn;
  std::promise<std::vector<std::string>> gone;
  bool agreed = false;
};

HandOver::Giver giver(Told& told, std::function<Result<Offer, std::string>()> offer) {
  return {.offer = std::move(offer),
          .withdraw = [&](const std::string& why) { told.withdrawn.set_value(why); },
          .agree = [&](pid_t) { told.agreed = true; },
          .gone =
              [&](std::vector<std::string> taken, pid_t successor) {
                CHECK(successor == ::getpid());
                told.gone.set_value(std::move(taken));
              }};
}

Result<Offer, std::string> two_listeners() {
  Offer offer;
  for (const char* name : {"public", "inner"}) {
    Inherited& one = offer.sockets.emplace_back(Inherited{name, "127.0.0.1:80", false, {}});
    for (std::size_t i = 0; i < kMaxPacketDescriptors + 1; ++i) {
      one.sockets.emplace_back(::open("/dev/null", O_RDONLY));
    }
  }
  offer.sockets.back().held = true;
  offer.store = "/var/lib/gatewayd/gatewayd.db";
  offer.store_lock = Descriptor(::open("/dev/zero", O_RDONLY));
  return offer;
}

}  // namespace

TEST_CASE("hand-over: everything that is offered comes over, and both ends agree") {
  const Scratch scratch;
  const std::string control = scratch.path();
  Told told;
  auto old = HandOver::start(control, /*beside=*/false, giver(told, two_listeners));
  REQUIRE(old.ok());
  auto taken = TakeOver::ask(control);
  REQUIRE(taken.ok());
  const Offer& offer = taken->offer;
  REQUIRE(offer.sockets.size() == 2);
  CHECK(offer.sockets[0].name == "public");
  CHECK(offer.sockets[0].asked == "127.0.0.1:80");
  CHECK_FALSE(offer.sockets[0].held);
  CHECK(offer.sockets[0].sockets.size() == kMaxPacketDescriptors + 1);
  CHECK(offer.sockets[1].held);
  CHECK(offer.sockets[1].sockets.size() == kMaxPacketDescriptors + 1);
  CHECK(offer.store == "/var/lib/gatewayd/gatewayd.db");
  struct stat lock {};
  REQUIRE(::fstat(offer.store_lock.get(), &lock) == 0);
  CHECK(S_ISCHR(lock.st_mode));

  Told later;
  auto next = HandOver::start(control, /*beside=*/true, giver(later, two_listeners));
  REQUIRE(next.ok());
  CHECK(taken->finish({"public"}).empty());
  CHECK(told.gone.get_future().get() == std::vector<std::string>{"public"});
  CHECK(told.agreed);
  CHECK((*next)->take_place());
  old->reset();  // leaves the file of its successor alone
  CHECK(TakeOver::ask(control).ok());
}

TEST_CASE("hand-over: a successor that ends is withdrawn from, and the next one may come") {
  const Scratch scratch;
  Told told;
  auto old = HandOver::start(scratch.path(), false, giver(told, two_listeners));
  REQUIRE(old.ok());
  {
    const auto taken = TakeOver::ask(scratch.path());
    REQUIRE(taken.ok());
  }
  CHECK(told.withdrawn.get_future().get().find("before it served") != std::string::npos);
  CHECK_FALSE(told.agreed);
  auto again = TakeOver::ask(scratch.path());
  REQUIRE(again.ok());
  CHECK(again->finish({}).empty());
}

TEST_CASE("hand-over: an end under way is an end without consent") {
  const Scratch scratch;
  Told told;
  auto old = HandOver::start(scratch.path(), false, giver(told, two_listeners));
  REQUIRE(old.ok());
  auto taken = TakeOver::ask(scratch.path());
  REQUIRE(taken.ok());
  old->reset();
  CHECK_FALSE(taken->finish({"public"}).empty());
  CHECK(TakeOver::ask(scratch.path()).error().find("start without --take-over") !=
        std::string::npos);
}

TEST_CASE("hand-over: a refusal is told in its own words") {
  const Scratch scratch;
  Told told;
  const auto refuse = []() -> Result<Offer, std::string> { return std::string("it is Sunday"); };
  auto old = HandOver::start(scratch.path(), false, giver(told, refuse));
  REQUIRE(old.ok());
  CHECK(TakeOver::ask(scratch.path()).error().find("it is Sunday") != std::string::npos);
  CHECK_FALSE(TakeOver::ask("").ok());
  CHECK_FALSE(TakeOver::ask(std::string(200, 'x')).ok());
}

TEST_CASE("packets: as long as one may be, and one byte longer; silence; the bell") {
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
  const Descriptor left(ends[0]);
  const Descriptor right(ends[1]);
  REQUIRE(send_packet(left.get(), std::string(kMaxPacket, 'x'), {0, 1}));
  const auto whole = receive_packet(right.get(), std::chrono::seconds(5));
  REQUIRE(whole.has_value());
  CHECK(whole->text == std::string(kMaxPacket, 'x'));
  CHECK(whole->descriptors.size() == 2);
  REQUIRE(send_packet(left.get(), std::string(kMaxPacket + 1, 'x'), {0}));
  CHECK_FALSE(receive_packet(right.get(), std::chrono::seconds(5)));
  CHECK_FALSE(receive_packet(right.get(), std::chrono::milliseconds(1)));
  REQUIRE(send_packet(left.get(), "rings"));
  REQUIRE(send_packet(right.get(), "comes"));
  CHECK_FALSE(receive_packet(left.get(), std::chrono::seconds(5), right.get()));
}

TEST_CASE("hand-over: one that cannot serve says why, and the old one goes on") {
  const Scratch scratch;
  Told told;
  auto old = HandOver::start(scratch.path(), /*beside=*/false, giver(told, two_listeners));
  REQUIRE(old.ok());
  auto taken = TakeOver::ask(scratch.path());
  REQUIRE(taken.ok());
  taken->give_up("the disk is full");
  CHECK(told.withdrawn.get_future().get() == "the disk is full");
  CHECK_FALSE(told.agreed);
}

TEST_CASE("hand-over: a reason is bounded") {
  for (const std::size_t size : {2000u, 2001u}) {
    const Scratch scratch;
    Told told;
    auto old = HandOver::start(scratch.path(), /*beside=*/false, giver(told, two_listeners));
    REQUIRE(old.ok());
    auto taken = TakeOver::ask(scratch.path());
    REQUIRE(taken.ok());
    taken->give_up(std::string(size, 'x'));
    CHECK(told.withdrawn.get_future().get() == std::string(2000, 'x'));
  }
}

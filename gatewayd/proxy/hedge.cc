#include "gatewayd/proxy/hedge.h"

#include "gatewayd/net/dial.h"
#include "gatewayd/net/join.h"
#include "gatewayd/proxy/compose.h"
#include "gatewayd/proxy/connect.h"

namespace gateway::proxy {
namespace {

using net::Wait;

// Until bytes of an answer come: what TLS sends unasked is none.
net::Task<Wait> await_answer(net::Stream& stream, SteadyTime deadline) {
  for (;;) {
    const Wait wait = co_await stream.readable(deadline);
    const bool unasked = wait == Wait::ready && stream.tls() != nullptr && !stream.peer_closed() &&
                         stream.is_silent();
    if (!unasked) co_return wait;
  }
}

// Two requests on their way; the first to have bytes to read wins, and the other is interrupted.
// Lives in the coroutine that joins both.
class Race {
 public:
  enum class Side : std::uint8_t { none, first, second };

  Race(Outgoing& request, net::Stream& first) : request_(request), first_(first) {}

  void start(Upstream& second) {
    watch_first();
    run_second(second);
  }
  net::Task<> join() {
    co_await first_done_;
    co_await second_done_;
  }

  Side winner() const { return winner_; }
  std::unique_ptr<UpstreamConnection> take_second() { return std::move(connection_); }

 private:
  SteadyTime deadline() const { return request_.until(request_.patience.response); }
  net::Detached watch_first();
  net::Detached run_second(Upstream& upstream);
  net::Task<bool> connect_and_send(Upstream& upstream);

  void win(Side side) {
    if (winner_ != Side::none) return;
    winner_ = side;
    if (side == Side::second) first_.interrupt();
    if (side == Side::first && second_wait_ != nullptr) second_wait_->interrupt();
  }

  Outgoing& request_;
  net::Stream& first_;
  net::Interruptible* second_wait_ = nullptr;
  std::unique_ptr<UpstreamConnection> connection_;
  Side winner_ = Side::none;
  net::Join first_done_;
  net::Join second_done_;
};

// Whatever ends the wait for the first, also its silence or the client's leaving, ends the race:
// the attempt that goes on then finds it out itself.
net::Detached Race::watch_first() {
  co_await await_answer(first_, deadline());
  win(Side::first);
  first_done_.finish();
}

net::Task<bool> Race::connect_and_send(Upstream& upstream) {
  connection_ = upstream.take();
  if (connection_ == nullptr) {
    auto stream = upstream.endpoint()
                      ? net::begin_connect(request_.client.context.loop, *upstream.endpoint())
                      : nullptr;
    if (stream == nullptr) co_return false;
    second_wait_ = stream.get();
    const SteadyTime until = request_.until(request_.patience.connect);
    const Wait wait = co_await stream->writable(until);
    bool connected = wait == Wait::ready && stream->connect_error() == 0;
    if (connected) connected = co_await secure(*stream, upstream, until);
    if (!connected) {
      second_wait_ = nullptr;
      co_return false;
    }
    connection_ =
        co_await upstream.begin(std::move(stream), request_.until(request_.patience.connect));
    if (connection_ == nullptr) {
      second_wait_ = nullptr;
      co_return false;
    }
  }
  second_wait_ = &connection_->stream();
  AttemptEnd end;
  co_await send_request(request_, *connection_, end);
  co_return !end.error;
}

net::Detached Race::run_second(Upstream& upstream) {
  const bool sent = co_await connect_and_send(upstream);
  if (sent && winner_ == Side::none) {
    const Wait wait = co_await await_answer(connection_->stream(), deadline());
    if (wait == Wait::ready && !connection_->stream().peer_closed()) win(Side::second);
  }
  second_wait_ = nullptr;
  second_done_.finish();
}

}  // namespace

net::Task<HedgedEnd> attempt_hedged(Outgoing& request, UpstreamConnection& first,
                                    const ServiceView& service, Attempts& attempts,
                                    std::uint64_t key, std::optional<Chosen>& second) {
  HedgedEnd ended;
  request.client.cancel_on_leave(&first.stream());
  co_await send_request(request, first, ended.end);
  if (!ended.end.error) {
    const SteadyTime until = request.until(*request.service.upstream.hedge_after);
    const Wait wait = co_await await_answer(first.stream(), until);
    if (wait == Wait::timeout && attempts.hedges()) {
      second = choose_other_peer(request, service, attempts, key);
    }
  }
  if (second) {
    name_attempt(request.workspace.attempts.next(), request.workspace);
    Race race(request, first.stream());
    race.start(*service.peers[second->index].pool);
    co_await race.join();
    if (race.winner() == Race::Side::second) {
      first.stream().clear_interrupt();
      const std::unique_ptr<UpstreamConnection> other = race.take_second();
      ended.second = true;
      ended.end = co_await attempt(request, *other, true);
      co_return ended;
    }
  }
  if (!ended.end.error) ended.end = co_await attempt(request, first, true);
  request.client.cancel_on_leave(nullptr);
  co_return ended;
}

}  // namespace gateway::proxy

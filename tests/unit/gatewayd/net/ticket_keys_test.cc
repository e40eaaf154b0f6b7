#include "gatewayd/net/ticket_keys.h"

#include <doctest/doctest.h>
#include <openssl/evp.h>

#include <string>

using namespace gateway;
using net::TicketKeys;

namespace {

struct Ticket {
  unsigned char name[16]{};
  unsigned char iv[16]{};
  std::string sealed;
};

struct Crypto {
  EVP_MAC* mac_kind = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  EVP_MAC_CTX* mac = EVP_MAC_CTX_new(mac_kind);
  EVP_CIPHER_CTX* cipher = EVP_CIPHER_CTX_new();
  ~Crypto() {
    EVP_CIPHER_CTX_free(cipher);
    EVP_MAC_CTX_free(mac);
    EVP_MAC_free(mac_kind);
  }

  std::string run(const std::string& in) const {
    std::string out(in.size() + 32, '\0');
    auto* const data = reinterpret_cast<unsigned char*>(out.data());
    int size = 0;
    int rest = 0;
    const auto* const from = reinterpret_cast<const unsigned char*>(in.data());
    if (EVP_CipherUpdate(cipher, data, &size, from, static_cast<int>(in.size())) != 1) return {};
    if (EVP_CipherFinal_ex(cipher, data + size, &rest) != 1) return {};
    out.resize(static_cast<std::size_t>(size + rest));
    return out;
  }
};

Ticket seal(const TicketKeys& keys) {
  Ticket ticket;
  const Crypto crypto;
  REQUIRE(keys.apply(ticket.name, ticket.iv, crypto.cipher, crypto.mac, 1) == 1);
  ticket.sealed = crypto.run("a session");
  return ticket;
}

int open(const TicketKeys& keys, Ticket& ticket, std::string* text = nullptr) {
  const Crypto crypto;
  const int outcome = keys.apply(ticket.name, ticket.iv, crypto.cipher, crypto.mac, 0);
  if (outcome > 0 && text != nullptr) *text = crypto.run(ticket.sealed);
  return outcome;
}

}  // namespace

TEST_CASE("what a key sealed it opens, for one period more than it seals") {
  const SteadyTime start{};
  TicketKeys keys(1h, start);
  Ticket ticket = seal(keys);
  std::string text;
  CHECK(open(keys, ticket, &text) == 1);
  CHECK(text == "a session");

  keys.rotate(start + 1h - 1ms);
  CHECK(open(keys, ticket) == 1);
  keys.rotate(start + 1h);
  CHECK(open(keys, ticket, &text) == 2);  // and a new ticket is due
  CHECK(text == "a session");
  Ticket newer = seal(keys);
  CHECK(open(keys, newer) == 1);
  keys.rotate(start + 2h - 1ms);
  CHECK(open(keys, ticket) == 2);
  keys.rotate(start + 2h);
  CHECK(open(keys, ticket) == 0);
  CHECK(open(keys, newer) == 2);
}

TEST_CASE("after a long pause no key from before it is left") {
  const SteadyTime start{};
  TicketKeys keys(1h, start);
  Ticket ticket = seal(keys);
  keys.rotate(start + 2h);
  CHECK(open(keys, ticket) == 0);
}

TEST_CASE("no two tickets are sealed alike, and another gateway's are not known") {
  const TicketKeys keys(1h, SteadyTime{});
  Ticket one = seal(keys);
  CHECK(one.sealed != seal(keys).sealed);
  const TicketKeys others(1h, SteadyTime{});
  CHECK(open(others, one) == 0);
}

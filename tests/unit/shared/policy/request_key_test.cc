#include "shared/policy/request_key.h"

#include <doctest/doctest.h>

#include "tests/unit/shared/policy/fields_of.h"

namespace gateway::policy {
namespace {

using config::RequestKey;
using Kind = RequestKey::Kind;

const IpAddress kClient = *parse_ip("203.0.113.9");
const IpAddress kOther = *parse_ip("203.0.113.10");
const RequestKey kIp{Kind::client_ip, ""};
const RequestKey kUser{Kind::user, ""};
const RequestKey kHeader{Kind::header, "X-Tenant"};
const RequestKey kCookie{Kind::cookie, "visitor"};

TEST_CASE("a key is what it names and nothing else") {
  const Fields fields = fields_of({{"Cookie", "a=1; visitor=7"}, {"x-tenant", "blue"}});
  const Fields others = fields_of({{"Cookie", "visitor=7; a=2"}, {"X-Tenant", "blue"}});
  const Fields changed = fields_of({{"Cookie", "visitor=8"}, {"X-Tenant", "Blue"}});
  const auto hash = [](const RequestKey& key, const IpAddress& client, std::string_view user,
                       const Fields& of) {
    return request_key_hash(key, {client, user, of});
  };
  CHECK(hash(kIp, kClient, "ann", fields) == hash(kIp, kClient, "bob", changed));
  CHECK(hash(kIp, kClient, "ann", fields) != hash(kIp, kOther, "ann", fields));
  CHECK(hash(kUser, kClient, "ann", fields) == hash(kUser, kOther, "ann", changed));
  CHECK(hash(kUser, kClient, "ann", fields) != hash(kUser, kClient, "bob", fields));
  CHECK(hash(kHeader, kClient, "ann", fields) == hash(kHeader, kOther, "bob", others));
  CHECK(hash(kHeader, kClient, "ann", fields) != hash(kHeader, kClient, "ann", changed));
  CHECK(hash(kCookie, kClient, "ann", fields) == hash(kCookie, kOther, "bob", others));
  CHECK(hash(kCookie, kClient, "ann", fields) != hash(kCookie, kClient, "ann", changed));
}

TEST_CASE("the first of several counts") {
  const Fields twice = fields_of({{"X-Tenant", "blue"},
                                  {"X-Tenant", "red"},
                                  {"Cookie", "visitor=1; visitor=2"},
                                  {"Cookie", "visitor=3"}});
  const Fields once = fields_of({{"X-Tenant", "blue"}, {"Cookie", "visitor=1"}});
  CHECK(request_key_hash(kHeader, {kClient, "", twice}) ==
        request_key_hash(kHeader, {kClient, "", once}));
  CHECK(request_key_hash(kCookie, {kClient, "", twice}) ==
        request_key_hash(kCookie, {kClient, "", once}));
}

TEST_CASE("the client's address stands in for what is missing or empty") {
  const Fields none = fields_of({{"Cookie", "Visitor=7"}});
  const Fields empty = fields_of({{"Cookie", "visitor="}, {"X-Tenant", ""}});
  const std::uint64_t address = request_key_hash(kIp, {kClient, "", none});
  for (const RequestKey& key : {kUser, kHeader, kCookie, RequestKey{}}) {
    CHECK(request_key_hash(key, {kClient, "", none}) == address);
    CHECK(request_key_hash(key, {kClient, "", empty}) == address);
    CHECK(request_key_hash(key, {kOther, "", none}) != address);
  }
}

TEST_CASE("the hash of a value never changes from release to release") {
  CHECK(request_key_hash(kUser, {kClient, "ann", {}}) == 2226712214197231861u);
  CHECK(request_key_hash(kIp, {kClient, "", {}}) == 9125280425261650944u);
}

}  // namespace
}  // namespace gateway::policy

#include "shared/policy/token_cache.h"

#include <doctest/doctest.h>

#include <string>

namespace {

using namespace gateway;
using namespace gateway::policy;

KnownIdentity known(const std::string& user, UnixMicros until = 1000) {
  auto identity = std::make_shared<Identity>();
  identity->user = user;
  return {identity, until, until};
}

std::string user_of(TokenCache& cache, std::string_view text, UnixMicros now = 0) {
  const KnownIdentity* found = cache.find(text, now);
  return found == nullptr ? "" : found->identity->user;
}

}  // namespace

TEST_CASE("a verified text is known until its end, by all of its bytes") {
  TokenCache cache(4);
  const std::string token = "head." + std::string(200, 'c') + "." + std::string(64, 's');
  cache.insert(token, known("u", 1000));
  CHECK(user_of(cache, token, 999) == "u");
  // The same end with another begin has the same hash, and is another text all the same.
  std::string forged = token;
  forged[0] = 'x';
  CHECK(cache.find(forged, 0) == nullptr);
  CHECK(cache.find(token.substr(1), 0) == nullptr);
  CHECK(cache.find("", 0) == nullptr);
  CHECK(cache.find(token, 1000) == nullptr);
  CHECK(cache.size() == 0);
}

TEST_CASE("another generation forgets everything, the same one nothing") {
  TokenCache cache(4);
  cache.use_generation(7);
  cache.insert("a", known("a"));
  cache.use_generation(7);
  CHECK(user_of(cache, "a") == "a");
  cache.use_generation(8);
  CHECK(cache.find("a", 0) == nullptr);
  CHECK(cache.size() == 0);
  cache.insert("b", known("b"));
  CHECK(user_of(cache, "b") == "b");
}

TEST_CASE("when it is full, what was not used gives way, and the bound holds") {
  TokenCache cache(3);
  for (const char* text : {"a", "b", "c"}) cache.insert(text, known(text));
  CHECK(user_of(cache, "a") == "a");
  CHECK(user_of(cache, "c") == "c");
  cache.insert("d", known("d"));
  CHECK(cache.size() == 3);
  CHECK(user_of(cache, "a") == "a");
  CHECK(cache.find("b", 0) == nullptr);
  CHECK(user_of(cache, "d") == "d");
  for (int i = 0; i < 1000; ++i) {
    cache.insert(std::to_string(i), known(std::to_string(i)));
    CHECK(cache.size() == 3);
    CHECK(user_of(cache, std::to_string(i)) == std::to_string(i));
  }
}

TEST_CASE("what is asked for again and again outlives a stream of others") {
  TokenCache cache(8);
  cache.insert("steady", known("steady"));
  for (int i = 0; i < 1000; ++i) {
    CHECK(user_of(cache, "steady") == "steady");
    cache.insert(std::to_string(i), known("x"));
  }
}

TEST_CASE("an entry is replaced and erased") {
  TokenCache cache(2);
  cache.insert("a", known("old", 10));
  cache.insert("a", known("new", 20));
  CHECK(cache.size() == 1);
  CHECK(user_of(cache, "a", 15) == "new");
  cache.erase("a");
  cache.erase("a");
  CHECK(cache.size() == 0);
  cache.insert("b", known("b"));
  cache.insert("c", known("c"));
  CHECK(cache.size() == 2);
  CHECK(user_of(cache, "b") == "b");
  TokenCache none(0);
  none.insert("a", known("a"));
  CHECK(none.find("a", 0) == nullptr);
}

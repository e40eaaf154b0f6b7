#include "shared/policy/cache_store.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "fields_of.h"

using namespace gateway;
using namespace gateway::policy;

namespace {

constexpr std::int64_t kNow = 1'767'323'045;
constexpr HashKey kKey{1, 2};

std::string key_of(std::string_view path, std::string_view host = "a.test") {
  return "\n" + std::string(host) + "\n" + std::string(path) + "\nroute\nservice\n";
}

// An answer of `bytes` bytes, about to be kept.
std::shared_ptr<CacheEntry> make(CacheStore& store, const std::string& key, std::size_t bytes,
                                 const Fields& answer = {}, const Fields& request = {}) {
  auto entry = std::make_shared<CacheEntry>();
  entry->key = key;
  entry->hash = store.hash_of(key);
  store.begin(*entry);
  copy_head(*entry, "200 OK", answer);
  read_vary(answer, request, FieldId::other, entry->vary);
  entry->times.received = kNow;
  entry->times.lifetime = 60;
  auto body = std::make_shared<CacheBody>();
  body->share = store.new_share();
  if (!store.reserve(body->share, bytes)) return nullptr;
  body->bytes.assign(bytes, 'x');
  entry->body = std::move(body);
  return entry;
}

bool keep(CacheStore& store, std::string_view path, std::size_t bytes = 100) {
  auto entry = make(store, key_of(path), bytes);
  return entry != nullptr && store.insert(std::move(entry));
}

CacheStore::Found find(CacheStore& store, std::string_view path, const Fields& request = {}) {
  const std::string key = key_of(path);
  return store.find(key, store.hash_of(key), request, kNow);
}

bool has(CacheStore& store, std::string_view path) {
  return find(store, path).entry != nullptr;
}

struct Waiter final : CacheWaiter {
  void fetched() override { ++told; }
  std::atomic<int> told = 0;
};

}  // namespace

TEST_CASE("what is kept is found again, by its whole key") {
  CacheStore store(1 << 20, kKey);
  CHECK(keep(store, "/a"));
  CHECK(has(store, "/a"));
  CHECK_FALSE(has(store, "/b"));
  CHECK(find(store, "/a").entry->body->bytes.size() == 100);
  CHECK(keep(store, "/a", 50));  // in its place
  CHECK(find(store, "/a").entry->body->bytes.size() == 50);
  CHECK(store.figures().entries == 1);
}

TEST_CASE("the head is kept without what is of one hop") {
  CacheStore store(1 << 20, kKey);
  const auto entry = make(store, key_of("/a"), 1,
                          fields_of({{"Connection", "X-Hop"},
                                     {"X-Hop", "1"},
                                     {"Transfer-Encoding", "chunked"},
                                     {"Content-Length", "1"},
                                     {"Age", "5"},
                                     {"ETag", "\"v\""},
                                     {"Content-Type", "text/plain"}}));
  CHECK(entry->head == "200 OK\r\nETag: \"v\"\r\nContent-Type: text/plain\r\n");
  CHECK(entry->status_line_rest == "200 OK");
  REQUIRE(entry->fields.size() == 2);
  CHECK(entry->fields[0].line == "ETag: \"v\"\r\n");
  CHECK(entry->fields[1].id == FieldId::content_type);
  CHECK(entry->validators.etag == "\"v\"");

  CacheEntry renewed;
  update_head(
      renewed, *entry,
      fields_of({{"ETag", "\"v\""}, {"Content-Type", "x/y"}, {"X-New", "1"}, {"Age", "2"}}));
  CHECK(renewed.head == "200 OK\r\nContent-Type: text/plain\r\nETag: \"v\"\r\nX-New: 1\r\n");
  CHECK(renewed.body == entry->body);
}

TEST_CASE("values of Vary have answers of their own, in bounded number") {
  CacheStore store(1 << 20, kKey);
  const Fields varies = fields_of({{"Vary", "Accept"}});
  const std::string key = key_of("/a");
  const auto keep_for = [&](const std::string& accept) {
    const Fields request = fields_of({{"Accept", accept}});
    store.insert(make(store, key, 10, varies, request));
  };
  keep_for("x");
  keep_for("y");
  keep_for("x");
  CHECK(store.figures().entries == 2);
  CHECK(find(store, "/a", fields_of({{"Accept", "x"}})).entry);
  const auto other = find(store, "/a", fields_of({{"Accept", "z"}}));
  CHECK_FALSE(other.entry);
  CHECK(other.uri_known);
  for (int i = 0; i < 100; ++i) keep_for(std::to_string(i));
  CHECK(store.figures().entries == 32);
}

TEST_CASE("memory is bounded, by entries that are sent as well") {
  constexpr std::uint64_t kMost = 64 * 1024;
  CacheStore store(kMost, kKey);
  for (int i = 0; i < 1000; ++i) {
    CHECK(keep(store, "/" + std::to_string(i), 1000));
    CHECK(store.figures().bytes <= kMost);
  }
  CHECK(store.figures().evicted > 900);
  CHECK(store.figures().entries > 30);
  CHECK_FALSE(keep(store, "/large", kMost + 1));
  CHECK(store.figures().entries > 30);  // in vain nothing is evicted

  // Somebody holds all that there is: nothing more fits, and the bound holds.
  std::vector<std::shared_ptr<const CacheEntry>> held;
  for (int i = 0; i < 1000; ++i) {
    if (auto found = find(store, "/" + std::to_string(i)).entry) held.push_back(std::move(found));
  }
  for (int i = 0; i < 200; ++i) keep(store, "/new" + std::to_string(i), 10'000);
  CHECK(store.figures().bytes <= kMost);
  held.clear();
  CHECK(keep(store, "/after", 10'000));
}

TEST_CASE("an answer of exactly the memory that there is fits, one byte more does not") {
  CacheStore store(8192, kKey);
  auto entry = make(store, key_of("/a"), 0);
  const std::size_t rest = 8192 - charge_of(*entry);
  entry.reset();
  CHECK(keep(store, "/a", rest));
  CHECK(store.figures().bytes == 8192);
  CHECK_FALSE(keep(store, "/b", rest + 1));
}

TEST_CASE("what is asked for again outlives what is asked for once") {
  CacheStore store(256 * 1024, kKey);
  for (int i = 0; i < 50; ++i) keep(store, "/hot" + std::to_string(i), 500);
  for (int i = 0; i < 20'000; ++i) {
    keep(store, "/cold" + std::to_string(i), 500);
    if (i % 20 == 0) {
      for (int j = 0; j < 50; ++j) has(store, "/hot" + std::to_string(j));
    }
  }
  int stayed = 0;
  for (int j = 0; j < 50; ++j) stayed += has(store, "/hot" + std::to_string(j)) ? 1 : 0;
  CHECK(stayed >= 45);
}

TEST_CASE("an unsafe request makes what is kept of its path invalid, and what is being fetched") {
  CacheStore store(1 << 20, kKey);
  keep(store, "/a");
  keep(store, "/b");
  auto under_way = make(store, key_of("/a"), 10);
  store.invalidate("a.test", "/a");
  CHECK_FALSE(has(store, "/a"));
  CHECK(has(store, "/b"));
  CHECK_FALSE(store.insert(std::move(under_way)));
  CHECK(store.figures().dropped == 1);
  CHECK(keep(store, "/a"));
  CHECK(has(store, "/a"));
}

TEST_CASE("purges by path, prefix, host and tag, and what is being fetched goes too") {
  CacheStore store(1 << 20, kKey);
  const auto fill = [&] {
    keep(store, "/a");
    keep(store, "/a/1");
    keep(store, "/b");
    store.insert(make(store, key_of("/a", "b.test"), 10));
    store.insert(make(store, key_of("/t"), 10, fields_of({{"Cache-Tag", "red, blue"}})));
  };
  fill();
  CHECK(store.purge({.path = "/a"}) == 2);
  fill();
  CHECK(store.purge({.host = "a.test", .path = "/a"}) == 1);
  fill();
  CHECK(store.purge({.prefix = "/a"}) == 3);
  fill();
  CHECK(store.purge({.tag = "blue"}) == 1);
  CHECK(store.purge({.tag = "blu"}) == 0);
  fill();
  auto under_way = make(store, key_of("/c"), 10);
  CHECK(store.purge({}) == 5);
  CHECK(store.figures().entries == 0);
  CHECK(store.figures().bytes == under_way->body->share.bytes());
  CHECK_FALSE(store.insert(std::move(under_way)));
}

TEST_CASE("a mark lets requests pass until it is over") {
  CacheStore store(1 << 20, kKey);
  auto mark = make(store, key_of("/a"), 0);
  mark->passes_until = kNow + 30;
  store.insert(std::move(mark));
  CHECK(find(store, "/a").passes);
  CHECK_FALSE(find(store, "/a").entry);
  const std::string key = key_of("/a");
  CHECK_FALSE(store.find(key, store.hash_of(key), {}, kNow + 30).passes);
}

TEST_CASE("one fetches and others wait, as many as may") {
  CacheStore store(1 << 20, kKey);
  const std::string key = key_of("/a");
  const std::uint64_t hash = store.hash_of(key);
  using Joined = CacheStore::Joined;
  FillTicket ticket;
  FillTicket none;
  const auto one = std::make_shared<Waiter>();
  const auto two = std::make_shared<Waiter>();
  const auto three = std::make_shared<Waiter>();
  CHECK(store.join(key, hash, 2, one, ticket) == Joined::leads);
  CHECK(ticket);
  CHECK(store.join(key, hash, 2, one, none) == Joined::waits);
  CHECK(store.join(key, hash, 2, two, none) == Joined::waits);
  CHECK(store.join(key, hash, 2, three, none) == Joined::full);
  CHECK(store.join(key, hash, 2, nullptr, none) == Joined::full);
  CHECK(store.figures().fetching == 1);
  CHECK(store.figures().waiting == 2);
  store.leave(key, hash, two.get());
  CHECK(ticket.end() == 1);
  CHECK(one->told == 1);
  CHECK(two->told == 0);
  CHECK(ticket.end() == 0);
  CHECK(store.join(key, hash, 0, nullptr, none) == Joined::leads);
}

TEST_CASE("all threads at once: the bound holds and nothing is lost or told twice") {
  constexpr std::uint64_t kMost = 128 * 1024;
  CacheStore store(kMost, kKey);
  std::atomic<bool> over = false;
  std::atomic<int> led = 0;
  const auto work = [&](int seed) {
    for (int i = 0; i < 4000; ++i) {
      const std::string path = "/" + std::to_string((i * 7 + seed) % 97);
      const std::string key = key_of(path);
      const std::uint64_t hash = store.hash_of(key);
      if (find(store, path).entry != nullptr) continue;
      FillTicket ticket;
      const auto waiter = std::make_shared<Waiter>();
      if (store.join(key, hash, 10, waiter, ticket) == CacheStore::Joined::leads) {
        ++led;
        keep(store, path, 500 + static_cast<std::size_t>(i % 900));
      } else {
        store.leave(key, hash, waiter.get());
        CHECK(waiter->told <= 1);
      }
      if (store.figures().bytes > kMost) over = true;
      if (i % 500 == 0) store.purge({.path = path});
      if (i % 300 == 0) store.invalidate("a.test", path);
    }
  };
  std::vector<std::thread> threads;
  for (int seed = 0; seed < 4; ++seed) threads.emplace_back(work, seed * 13);
  for (std::thread& thread : threads) thread.join();
  CHECK_FALSE(over);
  CHECK(led > 97);
  CHECK(store.figures().fetching == 0);
  store.purge({});
  CHECK(store.figures().bytes == 0);
}

#include "gatewayd/journal/access_log.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "shared/base/clock.h"
#include "tests/unit/shared/store/scratch.h"

using namespace gateway;
using namespace gateway::journal;

namespace {

AccessRecord example() {
  AccessRecord record;
  record.request.id = *parse_uuid("0192f3c4-8a10-7c3e-9d5e-1b2c3d4e5f60");
  record.request.time = 1'767'225'600'000'042;
  record.request.method = "GET";
  record.request.host = "api.example.com";
  record.request.path = "/samples/\"7\"";
  record.request.query = "token=secret&a=1";
  record.request.client = "203.0.113.9";
  record.request.status = 200;
  record.request.bytes_out = 60;
  record.request.total_us = 2'400;
  record.request.upstream_us = 2'000;
  record.request.revision = 3;
  record.route = "samples";
  record.service = "lab";
  record.instance = "http://10.0.2.11:8081";
  return record;
}

std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream in(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::unique_ptr<AccessLog> open_at(const std::string& path) {
  auto log = AccessLog::open({path, Ring::kMinBytes, {"token"}}, 2);
  REQUIRE(log.ok());
  return std::move(*log);
}

}  // namespace

TEST_CASE("a request is one line of JSON, without what the config calls secret") {
  Ring ring(Ring::kMinBytes);
  REQUIRE(write_access(ring, example()));
  std::uint64_t at = ring.begin();
  std::string line;
  append_access_line(ring.next(at), Redactor({"token"}), line);
  CHECK(line ==
        R"({"time":"2026-01-01T00:00:00.000042Z","id":"0192f3c4-8a10-7c3e-9d5e-1b2c3d4e5f60",)"
        R"("protocol":"HTTP/1.1","status":200,"decider":"upstream","retries":0,"revision":3,)"
        R"("bytes_in":0,"bytes_out":60,"total_us":2400,"upstream_us":2000,"method":"GET",)"
        R"("host":"api.example.com","path":"/samples/\"7\"","query":"token=***&a=1",)"
        R"("client":"203.0.113.9","route":"samples","service":"lab",)"
        R"("instance":"http://10.0.2.11:8081"})"
        "\n");
}

TEST_CASE("texts are cut at their bound") {
  Ring ring(Ring::kMinBytes);
  AccessRecord record = example();
  const std::string path(kMaxAccessText + 1, 'p');
  record.request.path = path;
  REQUIRE(write_access(ring, record));
  std::uint64_t at = ring.begin();
  std::string line;
  append_access_line(ring.next(at), Redactor(), line);
  CHECK(line.find(path.substr(0, kMaxAccessText) + "\"") != std::string::npos);
  CHECK(line.find(path) == std::string::npos);
}

TEST_CASE("what was pushed is in the file at the end; after reopen() in the new one") {
  const Scratch scratch;
  const std::string path = scratch.path("access");
  auto log = open_at(path);
  for (int i = 0; i < 10; ++i) CHECK(log->push(i % 2, example()));
  while (log->figures().written < 10) ::usleep(1000);
  std::filesystem::rename(path, scratch.path("access.1"));
  REQUIRE(log->reopen().ok());
  while (!std::filesystem::exists(path)) ::usleep(1000);
  log->push(0, example());
  log->finish();
  CHECK(log->has_ended());
  CHECK(lines_of(scratch.path("access.1")).size() >= 10);
  CHECK(lines_of(scratch.path("access.1")).size() + lines_of(path).size() == 11);
  CHECK(log->figures().written == 11);
  CHECK(log->figures().dropped == 0);
}

TEST_CASE("a file that cannot be made is an error that names the key") {
  const Scratch scratch;
  const auto log = AccessLog::open({scratch.path("none/access"), 0, {}}, 1);
  REQUIRE_FALSE(log.ok());
  CHECK(log.error().message.find("none/access: No such file") != std::string::npos);
  CHECK(log.error().message.find("[log] access") != std::string::npos);
}

TEST_CASE("a target that takes nothing costs rows, not time") {
  const Scratch scratch;
  const std::string pipe = scratch.path("pipe");
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  auto log = open_at(pipe);
  constexpr int kRows = 2'000;  // pipe and ring hold some 300
  for (int i = 0; i < kRows; ++i) log->push(0, example());
  CHECK(log->figures().dropped > 1'000);
  const SteadyTime begun = SystemClock().steady_now();
  log->finish();
  CHECK(SystemClock().steady_now() - begun < 10s);
  CHECK(log->figures().dropped + log->figures().written == kRows);
  ::close(reader);
}

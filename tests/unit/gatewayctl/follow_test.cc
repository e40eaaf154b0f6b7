#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <sstream>
#include <thread>

#include "gatewayctl/commands.h"
#include "gatewayctl/dispatch.h"
#include "shared/store/writer.h"
#include "tests/unit/gatewayctl/screen.h"

using namespace gateway;
using namespace gateway::ctl;

namespace {

constexpr int kRows = 500;

void append(store::Writer& writer, int from, int to) {
  REQUIRE(writer.begin(Screen::kNow));
  for (int i = from; i < to; ++i) {
    const std::string path = "/row/" + std::to_string(i);
    store::RequestRow row;
    row.time = Screen::kNow;
    row.path = path;
    row.method = "GET";
    row.status = 200;
    REQUIRE(writer.append({&row, 1}));
  }
  REQUIRE(writer.commit());
}

void append_events(store::Writer& writer, int from, int to) {
  REQUIRE(writer.begin(Screen::kNow));
  for (int i = from; i < to; ++i) {
    const std::string path = "/row/" + std::to_string(i);
    store::SecurityRow row;
    row.time = Screen::kNow;
    row.path = path;
    row.kind = Decider::threat;
    REQUIRE(writer.append_events({&row, 1}));
  }
  REQUIRE(writer.commit());
}

// Takes what is printed until the last row has come; then it is a reader that has gone.
class UntilLast : public std::stringbuf {
 protected:
  std::streamsize xsputn(const char* data, std::streamsize size) override {
    const auto written = std::stringbuf::xsputn(data, size);
    return str().find("/row/" + std::to_string(kRows - 1) + ",") == std::string::npos ? written : 0;
  }
};

}  // namespace

TEST_CASE("following prints every row once, in order, while they are written") {
  std::string pattern = (std::filesystem::temp_directory_path() / "gwfollow-XXXXXX").string();
  const std::filesystem::path folder = ::mkdtemp(pattern.data());
  const std::string path = (folder / "log.db").string();
  auto writer = store::Writer::open(path);
  REQUIRE(writer.ok());
  append(**writer, 0, 20);
  std::jthread later([&] {
    for (int i = 20; i < kRows; i += 40) {
      std::this_thread::sleep_for(std::chrono::milliseconds(30));
      append(**writer, i, std::min(i + 40, kRows));
    }
  });

  UntilLast buffer;
  std::ostream out(&buffer);
  Screen screen;
  Console console{out, screen.err, false, false, screen.console.variable, screen.console.now};
  const Command* const table[] = {&kLogs};
  dispatch(table, {"logs", "--db", path, "-f", "-n", "5", "-o", "csv"}, console);
  later.join();

  std::istringstream lines(buffer.str());
  std::string line;
  std::getline(lines, line);  // the header
  int expected = 15;          // the newest five of the first twenty
  while (std::getline(lines, line)) {
    CHECK(line.find(",/row/" + std::to_string(expected) + ",") != std::string::npos);
    ++expected;
  }
  CHECK(expected == kRows);
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
}

TEST_CASE("following security events prints every one once, in order, while they are written") {
  std::string pattern = (std::filesystem::temp_directory_path() / "gwfollow-XXXXXX").string();
  const std::filesystem::path folder = ::mkdtemp(pattern.data());
  const std::string path = (folder / "log.db").string();
  auto writer = store::Writer::open(path);
  REQUIRE(writer.ok());
  append_events(**writer, 0, 20);
  std::jthread later([&] {
    for (int i = 20; i < kRows; i += 40) {
      std::this_thread::sleep_for(std::chrono::milliseconds(30));
      append_events(**writer, i, std::min(i + 40, kRows));
    }
  });
  UntilLast buffer;
  std::ostream out(&buffer);
  Screen screen;
  Console console{out, screen.err, false, false, screen.console.variable, screen.console.now};
  const Command* const table[] = {&kLogs};
  dispatch(table, {"logs", "--security", "--db", path, "-f", "-n", "5", "-o", "csv"}, console);
  later.join();

  std::istringstream lines(buffer.str());
  std::string line;
  std::getline(lines, line);  // the header
  int expected = 15;          // the newest five of the first twenty
  while (std::getline(lines, line)) {
    CHECK(line.find(",/row/" + std::to_string(expected) + ",") != std::string::npos);
    ++expected;
  }
  CHECK(expected == kRows);
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
}

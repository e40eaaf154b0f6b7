// Any text as a file of tests: read, rendered, and run against a small configuration. A suite is
// given exactly when there is no error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "shared/decision/load.h"
#include "shared/suite/run.h"

namespace {

using namespace gateway;

const config::Environment kNothingSet{[](std::string_view) { return std::nullopt; }};

constexpr char kConfig[] = R"(
[listeners.public]
address = "127.0.0.1:0"
[services.a]
instances = ["http://127.0.0.1:80"]
[routes.all]
path = "/*"
service = "a"
limits = ["few"]
cors = "web"
[routes.private]
path = "/private/{name}"
service = "a"
auth = ["jwt"]
roles = ["lab"]
rewrite = "/api/{name}"
[limits.few]
key = "ip"
limit = 3
window = "1m"
[cors.web]
origins = ["https://app.example"]
[auth.jwt]
algorithms = ["HS256"]
secret = "0123456789abcdef0123456789abcdef"
[security]
threats = "block"
)";

const suite::Subject& subject() {
  static const suite::Subject made = [] {
    auto loaded = decision::load_text("gatewayd.toml", kConfig, kNothingSet);
    if (!loaded.config) std::abort();
    config::Diagnostics found;
    auto keys = decision::load_key_files(*loaded.config, kNothingSet, found);
    return suite::Subject(*std::move(loaded.config), std::move(keys));
  }();
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto read = suite::read_text("fuzz.test.toml",
                               std::string(reinterpret_cast<const char*>(data), size), kNothingSet);
  if (read.suite.has_value() != (read.diagnostics.errors() == 0)) std::abort();
  config::render_text(read.diagnostics, false);
  if (!read.suite) return 0;
  suite::check_names(*read.suite, subject(), read.diagnostics);
  for (suite::Test& test : read.suite->tests) {
    constexpr std::uint32_t kEnough = 10;  // the bound itself is tested elsewhere
    if (test.repeat > kEnough) test.repeat = kEnough;
    const suite::Ran ran = suite::run(test, subject());
    if (ran.first_limited > test.repeat || ran.limited > test.repeat) std::abort();
  }
  return 0;
}

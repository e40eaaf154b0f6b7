#include "shared/policy/cache_store.h"
#include "tests/unit/shared/decision/explained.h"

using namespace gateway;
using namespace gateway::decision;

namespace {

constexpr const char* kConfig = R"(
[compression]
mode      = "safe"
encodings = ["br", "gzip"]
min_size  = "1KiB"
[routes.safe]
path    = "/safe/*"
service = "samples"
[routes.all]
path     = "/all/*"
service  = "samples"
compress = "all"
[routes.off]
path     = "/off/*"
service  = "samples"
compress = "off"
[routes.moved]
path     = "/moved"
redirect = { to = "/safe/" }
)";

constexpr const char* kBrotli = "br | answers from 1KiB on, of compression.types";

}  // namespace

TEST_CASE("explain: what compression does to the answer, as far as the request tells") {
  Explained explained(kConfig);
  CHECK(line_of(explained("GET", "/safe/x", {"Accept-Encoding: gzip, br"}), "compress") == kBrotli);
  CHECK(line_of(explained("GET", "/safe/x", {"Accept-Encoding: gzip, br;q=0.5"}), "compress") ==
        "gzip | answers from 1KiB on, of compression.types");
  CHECK(line_of(explained("GET", "/safe/x"), "compress") ==
        "no | the client asks for none of the codings");
  CHECK(line_of(explained("GET", "/safe/x", {"Accept-Encoding: zstd"}), "compress") ==
        "no | the client asks for none of the codings");
}

TEST_CASE("explain: what safe leaves as it is, and all compresses (BREACH)") {
  Explained explained(kConfig);
  for (const char* secret : {"Cookie: s=1", "Authorization: Bearer x"}) {
    CHECK(line_of(explained("GET", "/safe/x", {"Accept-Encoding: br", secret}), "compress") ==
          "no | the request has credentials or cookies");
    CHECK(line_of(explained("GET", "/all/x", {"Accept-Encoding: br", secret}), "compress") ==
          kBrotli);
  }
}

TEST_CASE("explain: nothing of compression where none takes place") {
  Explained explained(kConfig);
  CHECK(line_of(explained("GET", "/off/x", {"Accept-Encoding: br"}), "compress").empty());
  CHECK(line_of(explained("GET", "/moved", {"Accept-Encoding: br"}), "compress").empty());
  CHECK(line_of(explained("GET", "/none", {"Accept-Encoding: br"}), "compress").empty());
  ServiceNow down;
  down.refusal = Error{Decider::breaker_open, "The service is down."};
  const auto refused = explained(Explained::request("GET", "/safe/x", {"Accept-Encoding: br"}),
                                 [&](std::uint32_t) { return down; });
  CHECK(outcome_of(refused) == "answer 503 breaker-open");
  CHECK(line_of(refused, "compress").empty());
}

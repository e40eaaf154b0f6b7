#include "shared/policy/export_retry.h"

#include <doctest/doctest.h>

#include <string>

#include "shared/base/timestamp.h"

namespace gateway::policy {
namespace {

using Next = ExportVerdict::Next;

milliseconds wait_for(const std::string& retry_after) {
  const UnixMicros now = *parse_rfc3339("1994-11-06T08:49:07Z");
  const ExportVerdict verdict = judge_export({503, retry_after, now}, 1, 0);
  CHECK(verdict.next == Next::again);
  return verdict.wait;
}

}  // namespace

TEST_CASE("what the collector takes, wants again, and does not want") {
  for (const unsigned status : {200u, 202u, 204u}) {
    CHECK(judge_export({status, "", 0}, 1, 0).next == Next::taken);
  }
  for (const unsigned status : {0u, 429u, 502u, 503u, 504u}) {
    CHECK(judge_export({status, "", 0}, 1, 0).next == Next::again);
    CHECK(judge_export({status, "", 0}, kExportAttempts - 1, 0).next == Next::again);
    CHECK(judge_export({status, "", 0}, kExportAttempts, 0).next == Next::lost);
  }
  for (const unsigned status : {301u, 400u, 401u, 413u, 500u}) {
    CHECK(judge_export({status, "1", 0}, 1, 0).next == Next::lost);
  }
}

TEST_CASE("the pause doubles, and chance takes up to half of it") {
  CHECK(judge_export({503, "", 0}, 1, 0).wait == 1s);
  CHECK(judge_export({503, "", 0}, 1, UINT32_MAX).wait == 500ms);
  CHECK(judge_export({503, "", 0}, 2, 0).wait == 2s);
  CHECK(judge_export({503, "", 0}, 4, 0).wait == 8s);
}

TEST_CASE("Retry-After is honoured, in seconds or as a date, up to an hour") {
  CHECK(wait_for("7") == 7s);
  CHECK(wait_for("0") == 0s);
  CHECK(wait_for("3600") == 1h);
  CHECK(wait_for("3601") == 1h);
  CHECK(wait_for("99999999999999999999") == 1h);
  CHECK(wait_for("Sun, 06 Nov 1994 08:49:37 GMT") == 30s);
  CHECK(wait_for("Sun, 06 Nov 1994 08:49:00 GMT") == 0s);  // over already
}

TEST_CASE("a Retry-After that says nothing leaves the usual pause") {
  for (const char* text : {"soon", "-1", "1.5", "7s", "Sun, 06 Foo 1994 08:49:37 GMT",
                           "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 99 Nov 1994 08:49:37 GMT"}) {
    CAPTURE(text);
    CHECK(wait_for(text) == 1s);
  }
}

}  // namespace gateway::policy

#include "shared/decision/change_guard.h"

#include <doctest/doctest.h>

using namespace gateway::decision;

namespace {

Guard guard(std::string_view text) {
  auto parsed = parse_guard(text);
  REQUIRE_MESSAGE(parsed.ok(), text);
  return *parsed;
}

GuardFigures figures(std::uint64_t requests, double share_5xx, double p99_us) {
  GuardFigures found;
  found.requests = requests;
  found.share_5xx = share_5xx;
  found.p99_us = p99_us;
  return found;
}

}  // namespace

TEST_CASE("guards are read") {
  const Guard both = guard(" 5xx<1% , p99 < +20% ");
  REQUIRE(both.terms.size() == 2);
  CHECK(both.terms[0].figure == GuardTerm::Figure::share_5xx);
  CHECK(both.terms[0].bound == 1);
  CHECK(both.terms[1].relative);
  CHECK(both.compares());
  CHECK(guard("p50<200ms").terms[0].bound == 200'000);
  CHECK(guard("4xx<0.5%").terms[0].bound == doctest::Approx(0.5));
  CHECK_FALSE(guard("p95<2s").compares());
}

TEST_CASE("what is no guard is refused with its term") {
  for (const char* text :
       {"",         ",",       "5xx",     "5xx<",    "5xx<1",      "5xx<%",    "5xx<0%",
        "5xx<101%", "5xx<+1%", "5xx<-1%", "p99<20%", "p99<+",      "p99<+0%",  "p99<+20",
        "p99<0ms",  "p98<1s",  "5xx<1%,", "5xx<1%%", "5xx<1.1.1%", "5xx<nan%", "p99<+10001%"}) {
    const auto parsed = parse_guard(text);
    CHECK_MESSAGE(!parsed.ok(), text);
    if (!parsed.ok())
      CHECK(parsed.error().message.find("expected, for example") != std::string::npos);
  }
  std::string many = "5xx<1%";
  for (std::size_t i = 1; i < kMaxGuardTerms; ++i) many += ",5xx<1%";
  CHECK(parse_guard(many).ok());
  CHECK_FALSE(parse_guard(many + ",5xx<1%").ok());
}

TEST_CASE("a guard is judged from enough requests on, against its bound or against before") {
  using State = GuardJudgement::State;
  const GuardFigures before = figures(1000, 0, 10'000);
  CHECK(judge(guard("5xx<1%"), before, figures(kMinGuardRequests - 1, 100, 0)).state ==
        State::too_few);
  CHECK(judge(guard("5xx<1%"), before, figures(kMinGuardRequests, 0.99, 0)).state == State::holds);
  const auto broken = judge(guard("5xx<1%"), before, figures(kMinGuardRequests, 1, 0));
  CHECK(broken.state == State::broken);
  CHECK(broken.why == "5xx<1%: it is 1.00 % over 100 requests");
  CHECK(judge(guard("p99<+20%"), before, figures(412, 0, 11'999)).state == State::holds);
  CHECK(judge(guard("p99<+20%"), before, figures(412, 0, 31'000)).why ==
        "p99<+20%: it was 10 ms and is 31 ms over 412 requests");
  CHECK(judge(guard("p99<200ms,5xx<1%"), before, figures(412, 50, 1)).state == State::broken);
}

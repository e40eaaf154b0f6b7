// A guard as somebody types it after --guard.

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "shared/decision/change_guard.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gateway::decision;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto guard = parse_guard(text);
  if (!guard) {
    if (guard.error().message.empty()) std::abort();
    return 0;
  }
  if (guard->terms.empty() || guard->terms.size() > kMaxGuardTerms) std::abort();
  for (const GuardTerm& term : guard->terms) {
    if (!std::isfinite(term.bound) || term.bound < 0) std::abort();
    // A term alone says what it said among others.
    const auto again = parse_guard(term.text);
    if (!again || again->terms.size() != 1) std::abort();
    if (again->terms[0].figure != term.figure || again->terms[0].bound != term.bound) std::abort();
  }
  GuardFigures before;
  before.requests = 1000;
  before.p99_us = 10'000;
  GuardFigures after = before;
  after.share_5xx = 100;
  after.p99_us = 1e9;
  judge(*guard, before, after);
  return 0;
}

#include "shared/policy/export_retry.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "shared/base/timestamp.h"

namespace gateway::policy {
namespace {

constexpr milliseconds kFirstPause{1000};

bool is_worth_another(unsigned status) {
  return status == 0 || status == 429 || status == 502 || status == 503 || status == 504;
}

// IMF-fixdate, "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 §5.6.7); the obsolete forms are nobody's.
std::optional<UnixMicros> parse_http_date(std::string_view text) {
  constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != 29 || text.substr(25) != " GMT") return std::nullopt;
  const auto month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3));
  if (month == kMonths.end()) return std::nullopt;
  return parse_rfc3339(fmt::format("{}-{:02}-{}T{}Z", text.substr(12, 4),
                                   month - kMonths.begin() + 1, text.substr(5, 2),
                                   text.substr(17, 8)));
}

// What the collector asks for (RFC 9110 §10.2.3).
std::optional<milliseconds> asked_pause(const ExportAnswer& answer) {
  const std::string_view text = answer.retry_after;
  std::uint32_t seconds_asked = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), seconds_asked);
  if (!text.empty() && end == text.data() + text.size()) {
    if (fault == std::errc::result_out_of_range) return kLongestExportPause;
    if (fault == std::errc{}) return std::chrono::seconds(seconds_asked);
  }
  const auto date = parse_http_date(text);
  if (!date) return std::nullopt;
  return std::chrono::ceil<milliseconds>(microseconds(std::max<UnixMicros>(*date - answer.now, 0)));
}

}  // namespace

ExportVerdict judge_export(const ExportAnswer& answer, unsigned attempt, std::uint32_t random) {
  using Next = ExportVerdict::Next;
  if (answer.status >= 200 && answer.status < 300) return {Next::taken, {}};
  if (!is_worth_another(answer.status) || attempt >= kExportAttempts) return {Next::lost, {}};
  if (const auto asked = asked_pause(answer)) {
    return {Next::again, std::min(*asked, kLongestExportPause)};
  }
  const milliseconds pause = kFirstPause * (1u << (attempt - 1));
  return {Next::again, pause - milliseconds(pause.count() / 2 * random / UINT32_MAX)};
}

}  // namespace gateway::policy

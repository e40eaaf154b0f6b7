#include "shared/policy/limit_headers.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string_view>

namespace gateway::policy {
namespace {

constexpr std::size_t kMaxDigits = std::numeric_limits<std::uint64_t>::digits10 + 1;

void append_number(std::uint64_t number, std::string& out) {
  std::array<char, kMaxDigits> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

// Lines that are put together in place and appended in one go: they stand in every answer.
class Lines {
 public:
  void add(std::string_view start, std::uint64_t number) {
    at_ = std::copy(start.begin(), start.end(), at_);
    at_ = std::to_chars(at_, at_ + kMaxDigits, number).ptr;
    *at_++ = '\r';
    *at_++ = '\n';
  }
  std::string_view text() const {
    return {text_.data(), static_cast<std::size_t>(at_ - text_.data())};
  }

 private:
  std::array<char, 3 * (32 + kMaxDigits)> text_;  // of three lines
  char* at_ = text_.data();
};

// A String of RFC 9651 §3.3.3: what it cannot hold is left out.
void append_name(const std::string& name, std::string& out) {
  out.push_back('"');
  for (const char c : name) {
    if (c == '"' || c == '\\') out.push_back('\\');
    if (c >= ' ' && c <= '~') out.push_back(c);
  }
  out.push_back('"');
}

std::uint64_t unsigned_of(std::int64_t seconds) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(seconds, 0));
}

}  // namespace

void append_x_ratelimit(const LimitVerdict& verdict, std::string& out) {
  Lines lines;
  lines.add("X-RateLimit-Limit: ", verdict.tally.limit);
  lines.add("X-RateLimit-Remaining: ", verdict.tally.remaining);
  lines.add("X-RateLimit-Reset: ", unsigned_of(verdict.tally.reset));
  out.append(lines.text());
}

void append_ratelimit(const LimitVerdict& verdict, UnixMicros now, std::string& out) {
  const std::string& name = verdict.rule->name();
  out.append("RateLimit-Policy: ");
  append_name(name, out);
  out.append(";q=");
  append_number(verdict.tally.limit, out);
  out.append(";w=");
  append_number(refill_seconds(verdict.rule->rate()), out);
  out.append("\r\nRateLimit: ");
  append_name(name, out);
  out.append(";r=");
  append_number(verdict.tally.remaining, out);
  out.append(";t=");
  append_number(unsigned_of(verdict.tally.reset - now / 1'000'000), out);
  out.append("\r\n");
}

void append_retry_after(const LimitVerdict& verdict, std::string& out) {
  if (!verdict.refuses()) return;
  out.append("Retry-After: ");
  append_number(verdict.tally.retry_after, out);
  out.append("\r\n");
}

}  // namespace gateway::policy

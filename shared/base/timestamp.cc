#include "shared/base/timestamp.h"

#include <fmt/format.h>

namespace gateway {
namespace {

constexpr UnixMicros kSecond = 1'000'000;
constexpr UnixMicros kDay = 86'400 * kSecond;

// Reads fields from the left; `ok` stays false once a field was missing or out of range.
struct Cursor {
  std::string_view rest;
  bool ok = true;

  int number(std::size_t digits, int low, int high) {
    if (!ok || rest.size() < digits) return ok = false, 0;
    int value = 0;
    for (char c : rest.substr(0, digits)) {
      if (c < '0' || c > '9') return ok = false, 0;
      value = value * 10 + (c - '0');
    }
    rest.remove_prefix(digits);
    if (value < low || value > high) ok = false;
    return value;
  }

  bool take(std::string_view any_of) {
    if (!ok || rest.empty() || any_of.find(rest.front()) == std::string_view::npos) return false;
    rest.remove_prefix(1);
    return true;
  }

  void expect(std::string_view any_of) { ok = take(any_of) && ok; }
};

UnixMicros fraction(Cursor& cursor) {
  UnixMicros micros = 0;
  UnixMicros unit = kSecond / 10;
  std::size_t digits = 0;
  while (!cursor.rest.empty() && cursor.rest.front() >= '0' && cursor.rest.front() <= '9') {
    micros += unit * (cursor.rest.front() - '0');
    unit /= 10;
    cursor.rest.remove_prefix(1);
    ++digits;
  }
  if (digits == 0 || digits > 9) cursor.ok = false;
  return micros;
}

UnixMicros offset(Cursor& cursor) {
  if (cursor.rest.empty() || cursor.take("Zz")) return 0;
  const UnixMicros sign = cursor.rest.front() == '-' ? -1 : 1;
  cursor.expect("+-");
  const int hours = cursor.number(2, 0, 23);
  cursor.expect(":");
  const int minutes = cursor.number(2, 0, 59);
  return sign * (hours * 60 + minutes) * 60 * kSecond;
}

UnixMicros time_of_day(Cursor& cursor) {
  cursor.expect("Tt ");
  const int hours = cursor.number(2, 0, 23);
  cursor.expect(":");
  const int minutes = cursor.number(2, 0, 59);
  UnixMicros time = (hours * 60 + minutes) * 60 * kSecond;
  if (cursor.take(":")) {
    time += cursor.number(2, 0, 60) * kSecond;
    if (cursor.take(".")) time += fraction(cursor);
  }
  return time - offset(cursor);
}

}  // namespace

std::string format_rfc3339(UnixMicros time) {
  using namespace std::chrono;
  const sys_time<microseconds> point{microseconds{time}};
  const auto day = floor<days>(point);
  const year_month_day date{day};
  const hh_mm_ss clock{point - day};
  std::string text =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  clock.hours().count(), clock.minutes().count(), clock.seconds().count());
  if (clock.subseconds().count() != 0) text += fmt::format(".{:06}", clock.subseconds().count());
  return text + "Z";
}

std::optional<UnixMicros> parse_rfc3339(std::string_view text) {
  using namespace std::chrono;
  Cursor cursor{text};
  const int y = cursor.number(4, 1970, 9999);
  cursor.expect("-");
  const int m = cursor.number(2, 1, 12);
  cursor.expect("-");
  const int d = cursor.number(2, 1, 31);
  if (!cursor.ok) return std::nullopt;
  const year_month_day date{year{y}, month{static_cast<unsigned>(m)},
                            day{static_cast<unsigned>(d)}};
  if (!date.ok()) return std::nullopt;
  UnixMicros time = sys_days{date}.time_since_epoch().count() * kDay;
  if (!cursor.rest.empty()) time += time_of_day(cursor);
  if (!cursor.ok || !cursor.rest.empty()) return std::nullopt;
  return time;
}

}  // namespace gateway

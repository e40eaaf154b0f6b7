#include "shared/policy/http_date.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace gateway::policy {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed",
                                                   "Thu", "Fri", "Sat"};

struct Parts {
  int year = 0;
  unsigned month = 0;  // from 1
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
};

// Takes one text apart from its front; `good` turns false at the first thing that is not there.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  void skip(std::string_view literal) {
    good_ = good_ && rest_.starts_with(literal);
    if (good_) rest_.remove_prefix(literal.size());
  }
  int number(std::size_t digits) {
    int value = 0;
    good_ = good_ && rest_.size() >= digits;
    for (std::size_t i = 0; good_ && i < digits; ++i) {
      good_ = rest_[i] >= '0' && rest_[i] <= '9';
      value = value * 10 + (rest_[i] - '0');
    }
    if (good_) rest_.remove_prefix(digits);
    return value;
  }
  unsigned month() {
    const auto found = std::find(kMonths.begin(), kMonths.end(), rest_.substr(0, 3));
    good_ = good_ && found != kMonths.end();
    if (good_) rest_.remove_prefix(3);
    return static_cast<unsigned>(found - kMonths.begin()) + 1;
  }
  void time(Parts& parts) {
    parts.hour = number(2);
    skip(":");
    parts.minute = number(2);
    skip(":");
    parts.second = number(2);
  }
  bool done() const { return good_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

std::optional<std::int64_t> seconds_of(const Parts& parts) {
  using namespace std::chrono;
  const year_month_day date{year(parts.year), month(parts.month),
                            day(static_cast<unsigned>(parts.day))};
  const bool leap = parts.second == 60;
  if (!date.ok() || parts.year < 1970 || parts.hour > 23 || parts.minute > 59 ||
      (parts.second > 59 && !leap)) {
    return std::nullopt;
  }
  const std::int64_t days = sys_days(date).time_since_epoch().count();
  return days * 86400 + parts.hour * 3600 + parts.minute * 60 + parts.second;
}

int year_of(std::int64_t seconds) {
  using namespace std::chrono;
  const sys_days day = floor<days>(sys_seconds(std::chrono::seconds(seconds)));
  return static_cast<int>(year_month_day(day).year());
}

// "06 Nov 1994 08:49:37 GMT"
std::optional<std::int64_t> parse_imf(std::string_view text) {
  Parts parts;
  Reader reader(text);
  parts.day = reader.number(2);
  reader.skip(" ");
  parts.month = reader.month();
  reader.skip(" ");
  parts.year = reader.number(4);
  reader.skip(" ");
  reader.time(parts);
  reader.skip(" GMT");
  return reader.done() ? seconds_of(parts) : std::nullopt;
}

// "06-Nov-94 08:49:37 GMT"
std::optional<std::int64_t> parse_rfc850(std::string_view text, std::int64_t now) {
  Parts parts;
  Reader reader(text);
  parts.day = reader.number(2);
  reader.skip("-");
  parts.month = reader.month();
  reader.skip("-");
  const int short_year = reader.number(2);
  reader.skip(" ");
  reader.time(parts);
  reader.skip(" GMT");
  if (!reader.done()) return std::nullopt;
  const int year_now = year_of(now);
  parts.year = year_now / 100 * 100 + short_year;
  if (parts.year > year_now + 50) parts.year -= 100;
  return seconds_of(parts);
}

// "Nov  6 08:49:37 1994"
std::optional<std::int64_t> parse_asctime(std::string_view text) {
  Parts parts;
  Reader reader(text);
  parts.month = reader.month();
  reader.skip(" ");
  const bool padded = text.size() > 4 && text[4] == ' ';
  if (padded) reader.skip(" ");
  parts.day = reader.number(padded ? 1 : 2);
  reader.skip(" ");
  reader.time(parts);
  reader.skip(" ");
  parts.year = reader.number(4);
  return reader.done() ? seconds_of(parts) : std::nullopt;
}

}  // namespace

std::optional<std::int64_t> parse_http_date(std::string_view text, std::int64_t now) {
  const std::size_t comma = text.find(", ");
  if (comma == std::string_view::npos) {
    return text.size() > 4 && text[3] == ' ' ? parse_asctime(text.substr(4)) : std::nullopt;
  }
  const std::string_view date = text.substr(comma + 2);
  return date.size() > 2 && date[2] == '-' ? parse_rfc850(date, now) : parse_imf(date);
}

std::string format_http_date(std::int64_t seconds) {
  using namespace std::chrono;
  const sys_seconds time{std::chrono::seconds(seconds)};
  const sys_days midnight = floor<days>(time);
  const year_month_day date(midnight);
  const hh_mm_ss clock(time - midnight);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                     kDays[weekday(midnight).c_encoding()], static_cast<unsigned>(date.day()),
                     kMonths[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

}  // namespace gateway::policy

#include "gatewayd/journal/log_line.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

#include "shared/store/printable.h"

namespace gateway::journal {
namespace {

std::string timestamp(UnixMicros time) {
  constexpr UnixMicros kSecond = 1'000'000;
  const std::time_t second = static_cast<std::time_t>(time / kSecond);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", fmt::gmtime(second), time % kSecond);
}

std::string in_quotes(std::string_view text) {
  std::string out;
  append_quoted(text, out);
  return out;
}

std::string text_value(std::string_view value) {
  const bool plain = !value.empty() && value.find_first_of(" =\"\\") == std::string_view::npos;
  return plain ? store::printable(value) : in_quotes(value);
}

std::string_view value_of(DaemonLog::Fields fields, std::string_view name) {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const DaemonLog::Field& field) {
    return field.first == name;
  });
  return found == fields.end() ? std::string_view() : found->second;
}

// Values that are not known are left out; those of numbers are written by ourselves.
void append_extra(DaemonLog::Fields fields, std::string& line) {
  line += fmt::format(R"(,"extra":{{"method":{},"url":{})", in_quotes(value_of(fields, "method")),
                      in_quotes(value_of(fields, "url")));
  if (const auto service = value_of(fields, "service"); !service.empty()) {
    line += fmt::format(R"(,"service_name":{})", in_quotes(service));
  }
  if (const auto status = value_of(fields, "status"); !status.empty()) {
    line += fmt::format(R"(,"status_code":{})", status);
  }
  if (const auto took = value_of(fields, "response_time_ms"); !took.empty()) {
    line += fmt::format(R"(,"response_time_ms":{})", took);
  }
  line += '}';
}

}  // namespace

std::string_view level_name(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warning:
      return "warning";
    case Level::error:
      return "error";
  }
  return "error";
}

std::string_view category_name(Category category) {
  return kCategoryNames[static_cast<std::size_t>(category)];
}

// printable() leaves quotes and backslashes as all that JSON (RFC 8259 §7) has escaped.
void append_quoted(std::string_view text, std::string& out) {
  out.push_back('"');
  for (const char c : store::printable(text)) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  out.push_back('"');
}

std::string log_line(Format format, UnixMicros time, Category category, Level level,
                     std::string_view message, DaemonLog::Fields fields) {
  if (format == Format::text) {
    std::string line = fmt::format("{} {} {}: {}", timestamp(time), level_name(level),
                                   category_name(category), store::printable(message));
    for (const auto& [name, value] : fields) line += fmt::format(" {}={}", name, text_value(value));
    return line;
  }
  std::string line =
      fmt::format(R"({{"timestamp":"{}","level":"{}","logger":"gatewayd.{}","message":{})",
                  timestamp(time), level_name(level), category_name(category), in_quotes(message));
  for (const auto& [name, value] : fields) {
    line += fmt::format(",{}:{}", in_quotes(name), in_quotes(value));
  }
  if (!value_of(fields, "method").empty()) append_extra(fields, line);
  return line + "}";
}

}  // namespace gateway::journal

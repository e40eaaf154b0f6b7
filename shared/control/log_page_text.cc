#include "shared/control/log_page_text.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <string_view>

#include "shared/base/append.h"
#include "shared/base/timestamp.h"
#include "shared/control/messages.h"

namespace gateway::control {
namespace {

constexpr std::size_t kRowBytes = 512;  // what most rows take

// One member of an object after another, in the order of their names, as nlohmann::json has them.
class Members {
 public:
  explicit Members(std::string& out) : out_(out) { out_.push_back('{'); }
  void end() { out_.push_back('}'); }

  void text(std::string_view name, std::string_view value) {
    key(name);
    const bool is_plain = std::all_of(value.begin(), value.end(), [](char c) {
      return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
    });
    if (is_plain) {
      append_all(out_, "\"", value, "\"");
    } else {
      using Handler = nlohmann::json::error_handler_t;
      out_ += nlohmann::json(value).dump(-1, ' ', false, Handler::replace);
    }
  }
  template <class Number>
  void number(std::string_view name, Number value) {
    key(name);
    char digits[24];
    out_.append(digits, std::to_chars(digits, digits + sizeof(digits), value).ptr);
  }
  void truth(std::string_view name, bool value) {
    key(name);
    out_.append(value ? "true" : "false");
  }
  void key(std::string_view name) {
    append_all(out_, std::string_view(is_first_ ? "\"" : ",\""), name, "\":");
    is_first_ = false;
  }

 private:
  std::string& out_;
  bool is_first_ = true;
};

void append_row(const store::LogRow& row, std::string& out) {
  Members members(out);
  members.number("bytes_in", row.bytes_in);
  members.number("bytes_out", row.bytes_out);
  members.text("client", row.client);
  members.text("decider", row.decider);
  members.text("host", row.host);
  members.text("id", to_string(row.id));
  members.text("instance", row.instance);
  members.text("method", row.method);
  members.text("path", row.path);
  members.text("query", row.query);
  members.number("retries", std::uint32_t{row.retries});
  members.number("revision", row.revision);
  members.text("route", row.route);
  members.number("seq", row.seq);
  members.text("service", row.service);
  members.number("status", row.status);
  members.text("time", format_rfc3339(row.time));
  members.number("total_us", row.total_us);
  members.number("upstream_us", row.upstream_us);
  members.text("user", row.user);
  members.end();
}

}  // namespace

std::string log_page_text(const store::LogPage& page) {
  std::string out;
  out.reserve(kRowBytes * (page.rows.size() + 1));
  Members members(out);
  members.truth("complete", page.complete);
  members.number("cursor", page.cursor);
  members.number("format", kFormat);
  members.number("newest", page.newest);
  members.key("rows");
  out.push_back('[');
  for (const store::LogRow& row : page.rows) {
    if (&row != &page.rows.front()) out.push_back(',');
    append_row(row, out);
  }
  out.push_back(']');
  if (page.searched_to) members.text("searched_to", format_rfc3339(*page.searched_to));
  if (page.skipped > 0) members.number("skipped", page.skipped);
  members.end();
  return out;
}

}  // namespace gateway::control

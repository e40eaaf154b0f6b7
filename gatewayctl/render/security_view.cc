#include <fmt/format.h>

#include "gatewayctl/render/colour.h"
#include "gatewayctl/render/numbers.h"
#include "gatewayctl/render/text.h"
#include "gatewayctl/render/views.h"
#include "shared/base/timestamp.h"
#include "shared/config/visible_text.h"

namespace gateway::ctl {

std::string render_security_row(const store::SecurityLogRow& row, bool colour) {
  const bool blocked = row.action == store::SecurityAction::blocked;
  std::string line = format_time(row.time) + "  ";
  line += paint(fmt::format("{:8}", store::name_of(row.action)),
                blocked ? Colour::red : Colour::yellow, colour);
  line += "  " + config::visible(row.kind);
  const auto labelled = [&](std::string_view label, const std::string& value) {
    if (!value.empty()) line += fmt::format("  {}{}", label, config::visible(value));
  };
  labelled("", row.rule);
  if (!row.method.empty() || !row.path.empty()) {
    line += fmt::format("  {} {}", config::visible(row.method), config::visible(row.path));
  }
  labelled("host ", row.host);
  labelled("route ", row.route);
  labelled("client ", row.client);
  labelled("user ", row.user);
  labelled("detail ", row.detail);
  if (row.id) line += "  " + paint(to_string(*row.id), Colour::dim, colour);
  return line + "\n";
}

std::string security_csv_header() {
  return "time,id,kind,rule,action,count,client,user,method,host,path,route,detail\r\n";
}

std::string csv_row(const store::SecurityLogRow& row) {
  std::string line = format_rfc3339(row.time);
  const auto text = [&](std::string_view value) { line += "," + csv_field(value); };
  text(row.id ? to_string(*row.id) : "");
  text(row.kind);
  text(row.rule);
  text(store::name_of(row.action));
  text(std::to_string(row.count));
  text(row.client);
  text(row.user);
  text(row.method);
  text(row.host);
  text(row.path);
  text(row.route);
  text(row.detail);
  return line + "\r\n";
}

}  // namespace gateway::ctl

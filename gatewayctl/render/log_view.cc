#include <fmt/format.h>

#include <iterator>

#include "gatewayctl/render/colour.h"
#include "gatewayctl/render/numbers.h"
#include "gatewayctl/render/text.h"
#include "gatewayctl/render/views.h"
#include "shared/base/timestamp.h"
#include "shared/config/visible_text.h"

namespace gateway::ctl {
namespace {

Colour colour_of_status(std::uint16_t status) {
  if (status >= 500) return Colour::red;
  if (status >= 400) return Colour::yellow;
  return status >= 200 && status < 300 ? Colour::green : Colour::none;
}

}  // namespace

std::string render_log_row(const store::LogRow& row, bool colour) {
  std::string line = format_time(row.time) + "  ";
  line += paint(fmt::format("{:3}", row.status), colour_of_status(row.status), colour);
  line += fmt::format("  {:>6}  {} {}", format_latency(row.total_us), config::visible(row.method),
                      config::visible(row.path));
  if (!row.query.empty()) line += "?" + config::visible(row.query);
  const auto labelled = [&](std::string_view label, const std::string& value) {
    if (!value.empty()) line += fmt::format("  {} {}", label, config::visible(value));
  };
  labelled("host", row.host);
  labelled("route", row.route);
  labelled("→", row.instance);
  labelled("client", row.client);
  labelled("user", row.user);
  if (row.retries > 0) labelled("retries", std::to_string(row.retries));
  if (row.decider != "upstream") labelled("decided by", row.decider);
  return line + "  " + paint(to_string(row.id), Colour::dim, colour) + "\n";
}

std::string csv_header() {
  return "time,id,method,host,path,query,status,decider,route,service,instance,client,user,"
         "retries,revision,bytes_in,bytes_out,total_us,upstream_us\r\n";
}

std::string csv_row(const store::LogRow& row) {
  std::string line = format_rfc3339(row.time) + "," + to_string(row.id);
  const auto text = [&](std::string_view value) { line += "," + csv_field(value); };
  const auto number = [&](std::uint64_t value) {
    fmt::format_to(std::back_inserter(line), ",{}", value);
  };
  text(row.method);
  text(row.host);
  text(row.path);
  text(row.query);
  number(row.status);
  text(row.decider);
  text(row.route);
  text(row.service);
  text(row.instance);
  text(row.client);
  text(row.user);
  number(row.retries);
  number(row.revision);
  number(row.bytes_in);
  number(row.bytes_out);
  number(row.total_us);
  number(row.upstream_us);
  return line + "\r\n";
}

}  // namespace gateway::ctl

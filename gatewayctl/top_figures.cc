#include "gatewayctl/top_figures.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "shared/base/timestamp.h"
#include "shared/control/queries.h"

namespace gateway::ctl {
namespace {

using control::ClientError;

// The answer as `read` understands it.
template <class Read>
auto ask(const control::Client& client, const char* path, const control::Params& params, Read read)
    -> Result<decltype(read(nlohmann::json{})), ClientError> {
  const auto answer = client.get(path, params);
  if (!answer) return answer.error();
  try {
    return read(*answer);
  } catch (const nlohmann::json::exception& why) {
    return ClientError{false,
                       fmt::format("gatewayd answers in a form this gatewayctl does not know "
                                   "({}); use the gatewayctl of its version",
                                   why.what())};
  }
}

}  // namespace

Result<TopFigures, ClientError> ask_for_top(const control::Client& client, UnixMicros now) {
  TopFigures figures;
  figures.taken = now;
  auto status = ask(client, control::kStatusPath, {},
                    [](const nlohmann::json& json) { return json.get<control::GatewayStatus>(); });
  if (!status) return status.error();
  figures.status = std::move(*status);
  store::StatsQuery query;
  query.until = now;
  query.since = now - kTopWindow;
  auto routes = ask(client, control::kStatsPath, control::to_params(query), control::stats_from);
  if (!routes) {
    figures.missing = routes.error().message;
    return figures;
  }
  figures.routes = std::move(*routes);
  store::LogFilter filter;
  filter.status = store::StatusRange{500, 599};
  filter.since = now - kTopErrors;
  filter.limit = kTopErrorRows;
  auto page = ask(client, control::kLogsPath, control::to_params(filter), control::log_page_from);
  if (page) {
    figures.errors = std::move(page->rows);
  } else {
    figures.missing = page.error().message;
  }
  return figures;
}

nlohmann::json top_document(const TopFigures& figures) {
  nlohmann::json errors = nlohmann::json::array();
  for (const store::LogRow& row : figures.errors) errors.push_back(control::to_document(row));
  return {{"format", control::kFormat},  {"time", format_rfc3339(figures.taken)},
          {"status", figures.status},    {"routes", control::to_document(figures.routes)},
          {"errors", std::move(errors)}, {"missing", figures.missing}};
}

}  // namespace gateway::ctl

#include "gatewayctl/log_source.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "shared/config/visible_text.h"
#include "shared/control/config_messages.h"
#include "shared/control/messages.h"
#include "shared/control/queries.h"

namespace gateway::ctl {
namespace {

SourceError from(const control::ClientError& error) {
  return {error.unreachable ? kUnreachable : kFailed, error.message};
}

// The daemon's answer as `read` understands it.
template <class Read>
auto ask(const control::Client& client, const char* path, const control::Params& params, Read read)
    -> Result<decltype(read(nlohmann::json{})), SourceError> {
  const auto answer = client.get(path, params);
  if (!answer) return from(answer.error());
  try {
    return read(*answer);
  } catch (const nlohmann::json::exception& why) {
    return SourceError{
        kFailed, fmt::format("the running gatewayd answers in a form this gatewayctl does not know "
                             "({}); use the gatewayctl of its version",
                             why.what())};
  }
}

}  // namespace

Result<LogSource, SourceError> LogSource::open(const Invocation& invocation) {
  const auto file = invocation.value("--db");
  if (!file) return LogSource(control::Client(invocation.socket()));
  return open_file(std::string(*file));
}

Result<LogSource, SourceError> LogSource::open_file(const std::string& path) {
  auto reader = store::Reader::open(path);
  if (!reader) {
    return SourceError{reader.error().newer_schema ? kBadConfig : kFailed, reader.error().message};
  }
  return LogSource(std::move(*reader), path);
}

Result<store::LogPage, SourceError> LogSource::logs(const store::LogFilter& filter) {
  if (const auto* client = std::get_if<control::Client>(&source_)) {
    return ask(*client, control::kLogsPath, control::to_params(filter), control::log_page_from);
  }
  auto page = std::get<store::Reader>(source_).logs(filter);
  if (!page) return SourceError{kFailed, page.error().message};
  return std::move(*page);
}

Result<store::SecurityPage, SourceError> LogSource::logs(const store::SecurityFilter& filter) {
  if (const auto* client = std::get_if<control::Client>(&source_)) {
    return ask(*client, control::kSecurityLogPath, control::to_params(filter),
               control::security_page_from);
  }
  auto page = std::get<store::Reader>(source_).security(filter);
  if (!page) return SourceError{kFailed, page.error().message};
  return std::move(*page);
}

Result<control::RequestStory, SourceError> LogSource::request(const Uuid& id) {
  if (const auto* client = std::get_if<control::Client>(&source_)) {
    const std::string path = std::string(control::kRequestsPath) + "/" + to_string(id);
    return ask(*client, path.c_str(), {}, control::story_from);
  }
  auto story = control::tell_request(std::get<store::Reader>(source_), id);
  if (!story) return SourceError{kFailed, story.error().message};
  return std::move(*story);
}

Result<store::Stats, SourceError> LogSource::stats(const store::StatsQuery& query) {
  if (const auto* client = std::get_if<control::Client>(&source_)) {
    return ask(*client, control::kStatsPath, control::to_params(query), control::stats_from);
  }
  auto stats = std::get<store::Reader>(source_).stats(query);
  if (!stats) return SourceError{kFailed, stats.error().message};
  return std::move(*stats);
}

Result<std::vector<store::ConfigChange>, SourceError> LogSource::config_changes() {
  if (const auto* client = std::get_if<control::Client>(&source_)) {
    return ask(*client, control::kConfigHistoryPath,
               {{"limit", std::to_string(store::kMaxConfigChanges)}},
               [](const nlohmann::json& answer) {
                 return answer.get<control::ConfigHistoryList>().changes;
               });
  }
  auto history = store::ConfigHistory::open_to_read(file_);
  if (!history) return SourceError{kFailed, history.error().message};
  auto changes = history->changes(store::kMaxConfigChanges);
  if (!changes) return SourceError{kFailed, changes.error().message};
  return std::move(*changes);
}

Result<control::Incident, SourceError> LogSource::incident(const control::IncidentQuery& query) {
  if (const auto* client = std::get_if<control::Client>(&source_)) {
    return ask(*client, control::kIncidentPath, control::to_params(query), control::incident_from);
  }
  auto incident = control::tell_incident(file_, query);
  if (!incident) return SourceError{kFailed, incident.error().message};
  return std::move(*incident);
}

int source_error(const Invocation& invocation, const SourceError& error) {
  invocation.console.err << "gatewayctl " << invocation.command.name << ": "
                         << config::visible(error.message) << '\n';
  return error.status;
}

}  // namespace gateway::ctl

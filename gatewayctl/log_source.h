#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "gatewayctl/command.h"
#include "shared/base/result.h"
#include "shared/control/client.h"
#include "shared/control/incident.h"
#include "shared/control/request_story.h"
#include "shared/store/reader.h"

namespace gateway::ctl {

// Why a question to the log has no answer, and the exit status for it.
struct SourceError {
  int status = 1;
  std::string message;
};

// The request log: asked of the running gateway, or read from the file that --db names.
class LogSource {
 public:
  static Result<LogSource, SourceError> open(const Invocation& invocation);

  static Result<LogSource, SourceError> open_file(const std::string& path);

  Result<store::LogPage, SourceError> logs(const store::LogFilter& filter);
  Result<store::SecurityPage, SourceError> logs(const store::SecurityFilter& filter);
  Result<control::RequestStory, SourceError> request(const Uuid& id);
  Result<store::Stats, SourceError> stats(const store::StatsQuery& query);
  // The changes of the configuration, newest first.
  Result<std::vector<store::ConfigChange>, SourceError> config_changes();
  Result<control::Incident, SourceError> incident(const control::IncidentQuery& query);

 private:
  explicit LogSource(control::Client client) : source_(std::move(client)) {}
  LogSource(store::Reader reader, std::string file)
      : source_(std::move(reader)), file_(std::move(file)) {}
  std::variant<control::Client, store::Reader> source_;
  std::string file_;  // that is read; empty: a daemon is asked
};

// Prints the error and returns its status.
int source_error(const Invocation& invocation, const SourceError& error);

}  // namespace gateway::ctl

#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "shared/control/client.h"
#include "shared/control/messages.h"
#include "shared/store/logs.h"
#include "shared/store/stats.h"

namespace gateway::ctl {

inline constexpr UnixMicros kTopWindow = 300'000'000;    // of the routes' figures: five minutes
inline constexpr UnixMicros kTopErrors = 3'600'000'000;  // of the errors: an hour
inline constexpr std::size_t kTopErrorRows = 100;

// What `top` shows of one moment.
struct TopFigures {
  UnixMicros taken = 0;
  control::GatewayStatus status;
  store::Stats routes;                // of the last minutes; empty without a request log
  std::vector<store::LogRow> errors;  // answers of 500 and above, the newest first
  std::string missing;                // why there are no routes and errors; empty: there are
};

// Asks the daemon, in three calls. An error only when it does not tell its status.
Result<TopFigures, control::ClientError> ask_for_top(const control::Client& client, UnixMicros now);

// {"format":1,"time":…,"status":…,"routes":…,"errors":…}, each as its own command prints it.
nlohmann::json top_document(const TopFigures& figures);

}  // namespace gateway::ctl

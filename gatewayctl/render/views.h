#pragma once

#include <string>

#include "shared/base/clock.h"
#include "shared/control/messages.h"
#include "shared/control/upgrade_message.h"
#include "shared/decision/explain.h"
#include "shared/store/logs.h"
#include "shared/store/security_logs.h"
#include "shared/store/stats.h"

namespace gateway::ctl {

// What each command prints as text. Pure: the same values give the same bytes.

// Times like "2h ago" count from `now`.
std::string render_status(const control::GatewayStatus& status, UnixMicros now, bool colour);
std::string render_routes(const control::RouteList& list, bool colour);
std::string render_services(const control::ServiceList& list, bool colour);
std::string render_stats(const store::Stats& stats, store::StatsBy by, bool colour);
// The same window of requests at two times.
struct StatsPair {
  store::Stats now;
  store::Stats before;
};
// How the present window differs from the one before, a line for each key of either.
std::string render_comparison(const StatsPair& pair, store::StatsBy by, bool colour);
// CSV (RFC 4180), columns named as in JSON; those of the window before begin with "before_".
std::string stats_csv(const store::Stats& stats);
std::string comparison_csv(const StatsPair& pair);
std::string render_verdict(const control::ReloadVerdict& verdict);
std::string render_upgrade(const control::UpgradeVerdict& verdict);

// Columns of label, rule, what of the request decided, and what came of it; then the outcome.
std::string render_explanation(const decision::Explanation& explanation, bool colour);

// One line of `logs`, with its newline; times are UTC to the millisecond.
std::string render_log_row(const store::LogRow& row, bool colour);
// The same as CSV (RFC 4180), its columns named as in JSON.
std::string csv_header();
std::string csv_row(const store::LogRow& row);

// The same for security events.
std::string render_security_row(const store::SecurityLogRow& row, bool colour);
std::string security_csv_header();
std::string csv_row(const store::SecurityLogRow& row);

}  // namespace gateway::ctl

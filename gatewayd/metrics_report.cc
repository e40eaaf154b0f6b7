#include "gatewayd/metrics_report.h"

#include <filesystem>
#include <map>
#include <set>

#include "gatewayd/daemon.h"
#include "gatewayd/metrics/process_report.h"
#include "gatewayd/metrics/traffic_report.h"

namespace gateway {
namespace {

using metrics::Families;
using metrics::Family;

double in_seconds(microseconds time) {
  return static_cast<double>(time.count()) / 1e6;
}

void report_build(const Daemon& daemon, const Applied& applied, Families& families) {
  Family::gauge("gateway_build_info", "Always 1; the labels say what runs.")
      .add({{"version", GATEWAYD_VERSION}, {"compiler", __VERSION__}}, 1.0)
      .move_into(families);
  const std::string revision = std::to_string(applied.snapshot->revision);
  Family::gauge("gateway_config_info", "Always 1; the labels say which configuration serves.")
      .add({{"revision", revision}, {"sha256", applied.sha256}}, 1.0)
      .move_into(families);
  Family::gauge("gateway_config_revision", "Number of the configuration that serves.")
      .add({}, std::uint64_t{applied.snapshot->revision})
      .move_into(families);
  Family::gauge("gateway_config_applied_timestamp_seconds",
                "When the configuration that serves was applied, in Unix time.")
      .add({}, static_cast<double>(applied.at) / 1e6)
      .move_into(families);
  Family::counter("gateway_config_reloads_total", "Reloads asked for, by their result.")
      .add({{"result", "accepted"}}, daemon.reloads_accepted())
      .add({{"result", "rejected"}}, daemon.reloads_rejected())
      .move_into(families);
}

void report_workers(const Daemon& daemon, Families& families) {
  Family lag = Family::gauge("gateway_loop_lag_seconds",
                             "How long the worker's last batch of events took to handle.");
  Family busy =
      Family::counter("gateway_loop_busy_seconds_total", "Time the worker spent handling events.");
  for (std::size_t i = 0; i < daemon.workers().size(); ++i) {
    const std::string worker = std::to_string(i);
    lag.add({{"worker", worker}}, in_seconds(daemon.workers()[i]->lag()));
    busy.add({{"worker", worker}}, in_seconds(daemon.workers()[i]->busy()));
  }
  lag.move_into(families);
  busy.move_into(families);
  Family::gauge("gateway_client_connections", "Client connections that are open.")
      .add({}, std::uint64_t{daemon.open_connections()})
      .move_into(families);
  Family::gauge("gateway_tunnels", "WebSocket and other upgraded connections that are open.")
      .add({}, std::uint64_t{daemon.open_tunnels()})
      .move_into(families);
}

// Of each service. An instance that several services name has its idle connections in common: each
// of them shows those.
void report_pools(const Daemon& daemon, const Applied& applied, Families& families) {
  Family connections = Family::gauge(
      "gateway_upstream_connections",
      "Connections to a service's instances, by what they do: in_use are requests under way; idle "
      "ones to an instance that several services share are shown by each.");
  const auto idle = daemon.pool_gauges().idle();
  const auto& services = applied.snapshot->config.services;
  for (std::size_t i = 0; i < services.size(); ++i) {
    std::uint64_t used = 0;
    std::set<std::string_view> urls;
    for (const auto& peer : (*applied.fleet)[i].peers) {
      used += peer.state->in_flight.load(std::memory_order_relaxed);
      urls.insert(peer.state->instance);
    }
    std::uint64_t unused = 0;
    for (const std::string_view url : urls) {
      const auto found = idle.find(std::string(url));
      if (found != idle.end()) unused += found->second;
    }
    connections.add({{"service", services[i].name}, {"state", "in_use"}}, used);
    connections.add({{"service", services[i].name}, {"state", "idle"}}, unused);
  }
  connections.move_into(families);
}

void report_health(const Daemon& daemon, Families& families) {
  Family health = Family::gauge("service_health_status",
                                "1 for the status that the service has now, 0 for the others.");
  for (const control::ServiceHealth& service : daemon.fleet().health().services) {
    for (std::size_t state = 0; state < kHealthStateNames.size(); ++state) {
      const bool is_now = static_cast<HealthState>(state) == service.state;
      health.add({{"service", service.name}, {"status", kHealthStateNames[state]}},
                 is_now ? 1.0 : 0.0);
    }
  }
  health.move_into(families);

  // Of several breakers, each of an instance, the one that is furthest from closed.
  constexpr auto kRank = [](BreakerState state) {
    return state == BreakerState::open ? 2 : state == BreakerState::half_open ? 1 : 0;
  };
  std::map<std::string, BreakerState> states;
  for (const control::BreakerInfo& breaker : daemon.fleet().breakers().breakers) {
    BreakerState& state = states.try_emplace(breaker.service, breaker.state).first->second;
    if (kRank(breaker.state) > kRank(state)) state = breaker.state;
  }
  Family breakers = Family::gauge("circuit_breaker_state",
                                  "The service's breaker: 0 closed, 1 open, 2 half-open; of "
                                  "several, one for each instance, the worst.");
  for (const auto& [service, state] : states) {
    breakers.add({{"service", service}}, static_cast<std::uint64_t>(state));
  }
  breakers.move_into(families);
}

void report_cache(const Daemon& daemon, const Applied& applied, Families& families) {
  if (!applied.snapshot->keeps_answers) return;
  const policy::CacheFigures figures = daemon.cache().figures();
  Family::gauge("gateway_cache_entries", "Answers that the cache keeps.")
      .add({}, figures.entries)
      .move_into(families);
  Family::gauge("gateway_cache_bytes", "Memory of kept answers, those on their way included.")
      .add({}, figures.bytes)
      .move_into(families);
  Family::gauge("gateway_cache_max_bytes", "The most that they may take: cache.memory.")
      .add({}, figures.most_bytes)
      .move_into(families);
  Family::gauge("gateway_cache_waiting", "Requests that wait for an answer which another fetches.")
      .add({}, figures.waiting)
      .move_into(families);
  Family::counter("gateway_cache_changes_total",
                  "Answers taken in, evicted to make room, purged by hand, and dropped for want of "
                  "room or as they had changed meanwhile.")
      .add({{"what", "stored"}}, figures.stored)
      .add({{"what", "evicted"}}, figures.evicted)
      .add({{"what", "purged"}}, figures.purged)
      .add({{"what", "dropped"}}, figures.dropped)
      .move_into(families);
}

std::uint64_t store_size(const std::string& path) {
  std::uint64_t size = 0;
  for (const char* suffix : {"", "-wal"}) {
    std::error_code failure;
    const auto part = std::filesystem::file_size(path + suffix, failure);
    if (!failure) size += part;
  }
  return size;
}

void report_log(const Daemon& daemon, Families& families) {
  const journal::Journal* journal = daemon.request_log();
  if (journal == nullptr) return;
  const journal::JournalStatus status = journal->status();
  Family::counter("gateway_log_rows_written_total", "Requests written to the request log.")
      .add({}, status.written)
      .move_into(families);
  Family::counter("gateway_log_rows_dropped_total",
                  "Rows lost because the disk did not keep up or refused them: requests by how "
                  "they ended, security events, changes of health.")
      .add({{"kind", "success"}}, status.dropped_successes)
      .add({{"kind", "failure"}}, status.dropped_failures)
      .add({{"kind", "security"}}, status.events_dropped)
      .add({{"kind", "health"}}, status.history_dropped)
      .move_into(families);
  Family::gauge("gateway_log_lag_seconds", "Age of the oldest row not yet written.")
      .add({}, static_cast<double>(status.lag_us) / 1e6)
      .move_into(families);
  Family::gauge("gateway_log_suspended", "1 while the disk refuses rows, else 0.")
      .add({}, status.suspended ? 1.0 : 0.0)
      .move_into(families);
  Family::gauge("gateway_store_size_bytes", "Size of the database, its write-ahead log included.")
      .add({}, store_size(journal->path()))
      .move_into(families);
  Family::gauge("database_connections_active", "Connections that write to the database.")
      .add({}, status.suspended ? 0.0 : 1.0)
      .move_into(families);
}

void report_certificates(const Daemon& daemon, Families& families) {
  Family ends = Family::gauge("gateway_certificate_not_after_timestamp_seconds",
                              "When a certificate that a listener presents ends, in Unix time.");
  for (const control::CertificateState& one : daemon.certificates().states()) {
    ends.add({{"listener", one.listener}, {"name", one.name}, {"sha256", one.sha256.substr(0, 16)}},
             static_cast<double>(one.not_after) / 1e6);
  }
  ends.move_into(families);
}

// Lines, not rows: those of the daemon's own log and of the access log.
void report_lines(const Daemon& daemon, Families& families) {
  Family dropped = Family::counter("gateway_log_lines_dropped_total",
                                   "Lines lost because their target did not keep up, by the log.");
  dropped.add({{"log", "daemon"}}, daemon.own_log().dropped());
  if (daemon.access_log().was_used()) {
    const journal::AccessLog::Figures access = daemon.access_log().figures();
    dropped.add({{"log", "access"}}, access.dropped);
    Family::counter("gateway_access_log_lines_written_total", "Lines written to the access log.")
        .add({}, access.written)
        .move_into(families);
  }
  dropped.move_into(families);
}

void report_tracing(const Daemon& daemon, Families& families) {
  if (!daemon.spans().was_used()) return;
  const tracing::SpanFigures spans = daemon.spans().figures();
  Family::counter("gateway_trace_spans_total",
                  "Spans of sampled requests, by what became of them: sent; dropped, as the queue "
                  "was full; lost, as the collector did not answer or refused; rejected by it.")
      .add({{"result", "sent"}}, spans.sent)
      .add({{"result", "dropped"}}, spans.dropped)
      .add({{"result", "lost"}}, spans.lost)
      .add({{"result", "rejected"}}, spans.rejected)
      .move_into(families);
  Family::gauge("gateway_trace_queue_bytes", "Memory taken by spans that wait to be sent.")
      .add({}, spans.waiting_bytes)
      .move_into(families);
}

}  // namespace

Families report_metrics(const Daemon& daemon) {
  Families families;
  if (const auto generation = daemon.figures()) metrics::report_traffic(*generation, families);
  const auto applied = daemon.applied();
  report_health(daemon, families);
  report_pools(daemon, *applied, families);
  report_workers(daemon, families);
  report_log(daemon, families);
  report_certificates(daemon, families);
  report_lines(daemon, families);
  report_tracing(daemon, families);
  report_cache(daemon, *applied, families);
  report_build(daemon, *applied, families);
  metrics::report_process(families);
  return families;
}

}  // namespace gateway

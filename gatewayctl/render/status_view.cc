#include <fmt/format.h>

#include <algorithm>

#include "gatewayctl/render/change_views.h"
#include "gatewayctl/render/numbers.h"
#include "gatewayctl/render/table.h"
#include "gatewayctl/render/views.h"
#include "shared/config/visible_text.h"

namespace gateway::ctl {
namespace {

Colour colour_of_health(std::string_view health) {
  if (health == "healthy") return Colour::green;
  if (health == "degraded") return Colour::yellow;
  return health == "unhealthy" ? Colour::red : Colour::dim;
}

Colour colour_of_breaker(std::string_view breaker) {
  if (breaker.starts_with("open")) return Colour::red;
  return breaker.starts_with("half-open") ? Colour::yellow : Colour::none;
}

std::string latency_or_dash(const std::optional<std::uint32_t>& micros) {
  return micros ? format_latency(*micros) : "–";
}

std::string log_summary(const control::LogState& log) {
  const std::uint64_t dropped = log.dropped_successes + log.dropped_failures;
  std::string text = fmt::format("log lag {} ms, {} dropped", log.lag_ms, format_count(dropped));
  if (log.dropped_failures > 0) {
    text += fmt::format(" ({} of them failures)", format_count(log.dropped_failures));
  }
  if (log.dropped_events > 0) {
    text += fmt::format(", {} security events dropped", format_count(log.dropped_events));
  }
  return text;
}

std::string cache_line(const control::CacheState& cache) {
  const std::string hits = cache.hit_share ? format_percent(*cache.hit_share, 1) + " % hits"
                                           : std::string("not asked yet");
  return fmt::format("cache {} answers, {} of {}, {}\n", format_count(cache.entries),
                     format_memory(cache.bytes), format_memory(cache.max_bytes), hits);
}

// What ends within two weeks; empty: all is well.
std::string certificate_warning(const control::CertificateState& certificate, UnixMicros now) {
  constexpr UnixMicros kDay = UnixMicros{24} * 3600 * 1'000'000;
  const UnixMicros left = certificate.not_after - now;
  const std::string of =
      fmt::format("the certificate of {} (listener {})", config::visible(certificate.name),
                  config::visible(certificate.listener));
  if (certificate.stand_in) return of + " is self-signed until ACME brings one";
  if (left <= 0) return of + " has ended";
  if (left > 14 * kDay) return {};
  return fmt::format("{} ends in {} days", of, left / kDay);
}

}  // namespace

std::string render_status(const control::GatewayStatus& status, UnixMicros now, bool colour) {
  const auto age_s =
      static_cast<std::uint64_t>(std::max<UnixMicros>(now - status.applied_at, 0)) / 1'000'000;
  std::string out =
      fmt::format("gatewayd {}   up {}   revision {} (sha256 {}…, applied by {} {})\n",
                  config::visible(status.version), format_span(status.uptime_s), status.revision,
                  config::visible(status.config_sha256.substr(0, 4)),
                  config::visible(status.applied_by), format_ago(age_s));
  const std::string tunnels =
      status.tunnels == 0 ? "" : fmt::format("   tunnels {}", format_count(status.tunnels));
  out += fmt::format("requests {}/s   errors {} %   connections {}{}   workers {}   {}\n",
                     format_rate(status.requests_per_second), format_percent(status.error_rate, 1),
                     format_count(status.connections), tunnels, status.workers,
                     log_summary(status.log));
  if (status.cache) out += cache_line(*status.cache);
  if (status.pending) out += render_pending(*status.pending, now);
  if (status.log.suspended) {
    out += paint(fmt::format("the log is suspended: {}", config::visible(status.log.last_error)),
                 Colour::red, colour) +
           "\n";
  }
  for (const control::CertificateState& one : status.certificates) {
    const std::string line = certificate_warning(one, now);
    if (!line.empty()) out += paint(line, Colour::red, colour) + "\n";
  }
  Table table({"SERVICE", "HEALTH", "BREAKER", "INSTANCES", "RPS", "P50", "P99", "5xx"});
  for (const auto& service : status.services) {
    table.add({service.name,
               {service.health, colour_of_health(service.health)},
               {service.breaker.value_or("–"), colour_of_breaker(service.breaker.value_or(""))},
               fmt::format("{}/{}", service.instances_up, service.instances_total),
               format_rate(service.rps),
               latency_or_dash(service.p50_us),
               latency_or_dash(service.p99_us),
               // Of no requests none failed, and none did well.
               {service.p50_us ? format_count(service.errors_5xx) : "–",
                service.errors_5xx > 0 ? Colour::red : Colour::none}});
  }
  return out + table.render(colour);
}

}  // namespace gateway::ctl

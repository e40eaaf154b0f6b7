#include <charconv>

#include "shared/config/build.h"
#include "shared/config/values.h"

namespace gateway::config {
namespace {

Balance balance(const std::string& word) {
  if (word == "least_connections") return Balance::least_connections;
  if (word == "power_of_two") return Balance::power_of_two;
  return word == "hash" ? Balance::hash : Balance::round_robin;
}

std::optional<std::uint16_t> status_of(std::string_view word) {
  std::uint16_t status = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), status);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  if (status < 100 || status > 599) return std::nullopt;
  return status;
}

void add_statuses(const std::vector<Setting<std::string>>& words,
                  std::vector<std::uint16_t>& statuses, std::string_view key, Report& report) {
  for (const auto& word : words) {
    if (const auto status = status_of(word.value)) {
      statuses.push_back(*status);
    } else {
      report.error("bad-status", word.place,
                   std::string(key) + ": \"" + word.value + "\" is not a status",
                   "expected one as \"503\"");
    }
  }
}

Retry build_retry(const CheckedTable& table) {
  Retry retry;
  retry.attempts = count(table, "attempts");
  retry.backoff = table.duration("backoff");
  retry.any_method = table.boolean("any_method");
  retry.budget = count(table, "budget");
  retry.max_body = table.size("max_body");
  for (const auto& word : table.list("on")) {
    if (word.value == "connect") retry.on.connect = true;
    if (word.value == "reset") retry.on.reset = true;
    if (word.value == "timeout") retry.on.timeout = true;
    if (const auto status = status_of(word.value)) retry.on.statuses.push_back(*status);
  }
  return retry;
}

// "200" or "200-299".
bool is_status_range(std::string_view word) {
  const std::size_t dash = word.find('-');
  const auto first = status_of(word.substr(0, dash));
  if (dash == std::string_view::npos) return first.has_value();
  const auto last = status_of(word.substr(dash + 1));
  return first && last && *first <= *last;
}

Health build_health(const CheckedTable& table, Report& report) {
  Health health;
  health.path = table.text("path").value;
  health.method = table.text("method").value;
  health.every = table.duration("every");
  health.timeout = table.duration("timeout");
  health.healthy_after = count(table, "healthy_after");
  health.unhealthy_after = count(table, "unhealthy_after");
  health.body = table.text("body").value;
  for (const auto& word : table.list("status")) {
    if (is_status_range(word.value)) {
      health.statuses.push_back(word.value);
    } else {
      report.error("bad-status", word.place,
                   "health.status: \"" + word.value + "\" is not a status or a range of them",
                   "expected one as \"200\" or \"200-299\"");
    }
  }
  return health;
}

Breaker build_breaker(const CheckedTable& table, Report& report) {
  Breaker breaker;
  breaker.failures = count(table, "failures");
  breaker.successes = count(table, "successes");
  breaker.open_for = table.duration("open_for");
  if (table.find("rate") != nullptr) breaker.rate = count(table, "rate");
  breaker.window = table.duration("window");
  breaker.min_requests = count(table, "min_requests");
  breaker.probes = count(table, "probes");
  if (table.text("per").value == "instance") breaker.per = Breaker::Per::instance;
  add_statuses(table.list("status"), breaker.statuses, "breaker.status", report);
  return breaker;
}

std::optional<milliseconds> given(const CheckedTable& table, std::string_view key) {
  if (table.find(key) == nullptr) return std::nullopt;
  return table.duration(key);
}

}  // namespace

UpstreamPolicies build_upstream(const CheckedTable& table, Report& report) {
  UpstreamPolicies policies;
  policies.balance = balance(table.text("balance").value);
  policies.hash_on = request_key(table.text("hash_on").value);
  policies.hash_bound = count(table, "hash_bound");
  policies.slow_start = table.duration("slow_start");
  policies.resolve = table.duration("resolve");
  policies.max_connections = count(table, "max_connections");
  if (const CheckedTable* queue = table.table("queue")) {
    policies.queue = {count(*queue, "size"), queue->duration("timeout")};
  }
  policies.read_timeout =
      table.duration(table.find("read_timeout") != nullptr ? "read_timeout" : "response_timeout");
  policies.timeout = given(table, "timeout");
  if (const CheckedTable* retry = table.table("retry")) policies.retry = build_retry(*retry);
  if (const CheckedTable* hedge = table.table("hedge")) {
    policies.hedge_after = hedge->duration("after");
  }
  if (const CheckedTable* health = table.table("health")) {
    policies.health = build_health(*health, report);
  }
  if (const CheckedTable* passive = table.table("passive")) {
    policies.passive_failures = count(*passive, "failures");
    policies.passive_rest = passive->duration("rest");
  }
  policies.try_all_when_none = table.text("when_none").value == "try_all";
  if (const CheckedTable* breaker = table.table("breaker")) {
    policies.breaker = build_breaker(*breaker, report);
  }
  return policies;
}

RouteUpstream build_route_upstream(const CheckedTable& table) {
  RouteUpstream upstream;
  if (const CheckedValue* split = table.find("split")) {
    for (const NamedNumber& share : split->numbers) {
      upstream.split.push_back(
          {{share.name, share.place}, static_cast<std::uint32_t>(share.value)});
    }
  }
  upstream.sticky = request_key(table.text("sticky").value);
  if (const CheckedTable* mirror = table.table("mirror")) {
    upstream.mirror = Mirror{mirror->text("service"), count(*mirror, "percent")};
  }
  upstream.connect_timeout = given(table, "connect_timeout");
  upstream.response_timeout = given(table, "response_timeout");
  upstream.read_timeout = given(table, "read_timeout");
  if (const CheckedTable* retry = table.table("retry")) {
    if (retry->find("any_method") != nullptr) {
      upstream.retry_any_method = retry->boolean("any_method");
    }
    if (retry->find("attempts") != nullptr) upstream.retry_attempts = count(*retry, "attempts");
  }
  return upstream;
}

}  // namespace gateway::config

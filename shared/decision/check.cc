#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <tuple>
#include <unordered_set>
#include <vector>

#include "shared/base/ascii.h"
#include "shared/config/report.h"
#include "shared/decision/check_policies.h"
#include "shared/decision/load.h"
#include "shared/decision/route_rules.h"
#include "shared/policy/rewrite.h"
#include "shared/routing/path_pattern.h"
#include "shared/routing/reachability.h"

namespace gateway::decision {
namespace {

using config::Diagnostic;
using config::Place;
using config::Route;
using config::Setting;
using config::Severity;

// Where `offset` of the text stands. A text whose source is longer than itself in quotes holds
// escapes or a ${VAR}: then no column can be told, and the whole value is meant.
Place within(const Setting<std::string>& text, std::size_t offset) {
  Place place = text.place;
  if (place.length != text.value.size() + 2) return place;
  place.column += 1 + static_cast<std::uint32_t>(std::min(offset, text.value.size()));
  place.length = 1;
  return place;
}

// Whether `a` stands before `b`.
bool is_before(Place a, Place b) {
  return std::tie(a.file, a.line, a.column) < std::tie(b.file, b.line, b.column);
}

// The routes by where they stand.
std::vector<const Route*> in_order(const config::Config& config) {
  std::vector<const Route*> routes;
  for (const Route& route : config.routes) routes.push_back(&route);
  std::stable_sort(routes.begin(), routes.end(),
                   [](const Route* a, const Route* b) { return is_before(a->place, b->place); });
  return routes;
}

// The routes that an error may stand in. A route ends where the next one starts; what stands
// between is counted to it, which can only cost a warning until the error is mended. Which service
// a route names has no say in what it matches.
std::unordered_set<const Route*> doubtful_routes(const config::Config& config,
                                                 const std::vector<Diagnostic>& known) {
  const std::vector<const Route*> routes = in_order(config);
  std::unordered_set<const Route*> doubtful;
  for (const Diagnostic& item : known) {
    if (item.severity != Severity::error || item.id == "unknown-service") continue;
    const auto after = std::upper_bound(
        routes.begin(), routes.end(), item.place,
        [](Place place, const Route* route) { return is_before(place, route->place); });
    if (after == routes.begin()) continue;
    const Route* route = *(after - 1);
    if (route->place.file == item.place.file) doubtful.insert(route);
  }
  return doubtful;
}

void check_condition(const Route& route, const char* key, const config::NamedText& wanted,
                     const char* fault, config::Report& report) {
  if (fault == nullptr) return;
  report.error(
      "bad-condition", wanted.place,
      fmt::format("route \"{}\", {}: \"{}\" makes no condition", route.name, key, wanted.name),
      fault);
}

void check_conditions(const Route& route, config::Report& report) {
  const auto& headers = route.match_headers;
  for (auto at = headers.begin(); at != headers.end(); ++at) {
    const bool twice = std::any_of(headers.begin(), at, [&](const config::NamedText& earlier) {
      return ascii_iequals(earlier.name, at->name);
    });
    check_condition(
        route, "match_headers", *at,
        twice ? "the name stands twice, as case does not count" : header_condition_fault(*at),
        report);
  }
  for (const config::NamedText& wanted : route.match_query) {
    check_condition(route, "match_query", wanted, query_condition_fault(wanted), report);
  }
  if (headers.size() + route.match_query.size() <= routing::kMaxConditions) return;
  report.error(
      "too-many", route.place,
      fmt::format("route \"{}\" has more than {} conditions", route.name, routing::kMaxConditions));
}

// Reports what is wrong with hosts, path, rewrite and conditions of one route; whether all is
// right.
bool check_route(const Route& route, config::Report& report) {
  const std::size_t before = report.errors();
  for (const auto& host : route.hosts) {
    if (const char* fault = host_fault(host.value)) {
      report.error("bad-host", host.place,
                   fmt::format("route \"{}\": \"{}\" is not a host", route.name, host.value),
                   fault);
    }
  }
  const auto pattern = routing::parse_path_pattern(route.path.value);
  if (!pattern) {
    report.error("bad-path", within(route.path, pattern.error().offset),
                 fmt::format("the path of route \"{}\" is not a pattern", route.name),
                 pattern.error().message);
  } else if (route.rewrite) {
    const auto rewrite = policy::Rewrite::compile(route.rewrite->value, *pattern);
    if (!rewrite) {
      report.error("bad-rewrite", within(*route.rewrite, rewrite.error().offset),
                   fmt::format("the rewrite of route \"{}\" makes no path", route.name),
                   rewrite.error().message);
    }
  }
  check_conditions(route, report);
  return report.errors() == before;
}

void check_reachability(const std::vector<const Route*>& routes, config::Report& report) {
  std::vector<routing::RouteRule> rules;
  rules.reserve(routes.size());
  for (const Route* route : routes) rules.push_back(rule_of(*route));
  for (const routing::Shadowed& shadowed : routing::find_unreachable(rules)) {
    const Route& route = *routes[shadowed.route];
    const Route& by = *routes[shadowed.by];
    report.warning("unreachable-route", route.place,
                   fmt::format("\"{}\" can never match: \"{}\" ({}) takes every request it would",
                               route.name, by.name, report.describe(by.place)));
  }
}

}  // namespace

void check(const config::Config& config, config::Diagnostics& diagnostics) {
  config::Report report(config.files);
  const auto doubtful = doubtful_routes(config, diagnostics.items);
  std::vector<const Route*> routes;
  for (const Route& route : config.routes) {
    if (!route.path.place) continue;  // it has none, and that is reported already
    const bool sound = check_route(route, report);
    if (sound && route.enabled && doubtful.count(&route) == 0) routes.push_back(&route);
  }
  check_policies(config, report);
  check_reachability(routes, report);

  std::vector<Diagnostic> found = report.take();
  auto& items = diagnostics.items;
  items.insert(items.end(), std::make_move_iterator(found.begin()),
               std::make_move_iterator(found.end()));
  std::stable_sort(items.begin(), items.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return is_before(a.place, b.place);
  });
}

}  // namespace gateway::decision

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "shared/decision/load.h"
#include "shared/decision/route_rules.h"
#include "shared/policy/rewrite.h"
#include "shared/routing/path_pattern.h"
#include "shared/routing/reachability.h"

namespace gateway::decision {
namespace {

using config::Diagnostic;
using config::Place;
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

// Collects the findings about routes.
class Checker {
 public:
  Checker(const config::Config& config, std::vector<Diagnostic>& items)
      : config_(config), items_(items) {}

  void check_routes() {
    for (const config::Route& route : config_.routes) {
      const bool sound = check_route(route);
      if (sound && route.enabled) reachable_.push_back(&route);
    }
    check_reachability();
  }

 private:
  bool check_route(const config::Route& route);
  void check_reachability();

  void error(std::string id, std::string message, Place place, std::string hint) {
    items_.push_back({Severity::error, std::move(id), std::move(message), place, std::move(hint)});
  }

  const config::Config& config_;
  std::vector<Diagnostic>& items_;
  std::vector<const config::Route*> reachable_;
};

bool Checker::check_route(const config::Route& route) {
  const std::size_t before = items_.size();
  for (const auto& host : route.hosts) {
    if (const char* fault = host_fault(host.value)) {
      error("bad-host", fmt::format("route \"{}\": \"{}\" is not a host", route.name, host.value),
            host.place, fault);
    }
  }
  const auto pattern = routing::parse_path_pattern(route.path.value);
  if (!pattern) {
    error("bad-path", fmt::format("path of route \"{}\" can match nothing as it is", route.name),
          within(route.path, pattern.error().offset), pattern.error().message);
  } else if (route.rewrite) {
    const auto rewrite = policy::Rewrite::compile(route.rewrite->value, *pattern);
    if (!rewrite) {
      error("bad-rewrite", fmt::format("rewrite of route \"{}\" makes no path", route.name),
            within(*route.rewrite, rewrite.error().offset), rewrite.error().message);
    }
  }
  return items_.size() == before;
}

void Checker::check_reachability() {
  std::vector<routing::RouteRule> rules;
  rules.reserve(reachable_.size());
  for (const config::Route* route : reachable_) rules.push_back(rule_of(*route));
  for (const routing::Shadowed& shadowed : routing::find_unreachable(rules)) {
    const config::Route& route = *reachable_[shadowed.route];
    const config::Route& by = *reachable_[shadowed.by];
    std::string where;
    if (by.place && by.place.file < config_.files.size()) {
      where = fmt::format(" ({}:{})", config_.files[by.place.file].path, by.place.line);
    }
    items_.push_back({Severity::warning, "unreachable-route",
                      fmt::format("\"{}\" can never match: \"{}\"{} takes every request it would",
                                  route.name, by.name, where),
                      route.place, ""});
  }
}

}  // namespace

void check(const config::Config& config, config::Diagnostics& diagnostics) {
  Checker(config, diagnostics.items).check_routes();
  const auto key = [](const Diagnostic& item) {
    return std::tuple(item.place.file, item.place.line, item.place.column);
  };
  std::stable_sort(diagnostics.items.begin(), diagnostics.items.end(),
                   [&](const Diagnostic& a, const Diagnostic& b) { return key(a) < key(b); });
}

}  // namespace gateway::decision

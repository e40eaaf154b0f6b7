#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gateway::routing {

// What the router needs to know of one route; `index` of a rule is its place in the given list.
struct RouteRule {
  std::vector<std::string> hosts;    // "api.example.com", "*.example.com"; empty: every host
  std::string path;                  // a valid pattern, see path_pattern.h
  std::vector<std::string> methods;  // empty: every method
  std::int32_t priority = 0;
};

inline constexpr std::size_t kMaxCaptures = 8;

// The outcome of one look-up. Views point into the looked-up path.
struct RouteMatch {
  enum class Kind : std::uint8_t { found, no_route, method_not_allowed };
  Kind kind = Kind::no_route;
  std::uint32_t route = 0;                // index of the rule, when found
  std::uint8_t capture_count = 0;         // named captures in pattern order; "*" is `rest`
  std::string_view captures[kMaxCaptures];
  std::string_view rest;                  // what the trailing "*" took, without a leading slash
  std::string allow;                      // value of Allow, when method_not_allowed
};

// Immutable; any number of threads may look up at once. The cost of a look-up depends on the
// path's length, not on the number of routes.
class Router {
 public:
  explicit Router(std::span<const RouteRule> rules);
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

  // `host`: lower case, without port. `path`: as normalize_path() returns it.
  // HEAD is taken by a route that allows GET.
  RouteMatch find(std::string_view host, std::string_view path, std::string_view method) const;

 private:
  struct Table;
  std::unique_ptr<Table> table_;
};

}  // namespace gateway::routing

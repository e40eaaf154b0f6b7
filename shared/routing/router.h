#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/routing/conditions.h"
#include "shared/routing/path_pattern.h"

namespace gateway::routing {

// What the router needs to know of one route; `index` of a rule is its place in the given list.
struct RouteRule {
  std::vector<std::string> hosts;    // lower case: "api.example.com", or "*.example.com" for every
                                     // name below it, at any depth; empty: every host
  std::string path;                  // a valid pattern, see path_pattern.h
  std::vector<std::string> methods;  // empty: every method
  std::int32_t priority = 0;
  Conditions conditions{};  // empty: every request
};

// The outcome of one look-up. Views point into the looked-up path.
struct RouteMatch {
  enum class Kind : std::uint8_t { found, no_route, method_not_allowed };
  Kind kind = Kind::no_route;
  std::uint32_t route = 0;         // index of the rule, when found
  std::uint8_t capture_count = 0;  // named captures in pattern order; "*" is `rest`
  bool slash_before_rest = false;  // "/samples/" and not "/samples" matched "/samples/*"
  std::string_view captures[kMaxCaptures];
  std::string_view rest;  // what the trailing "*" took, without a leading slash
  std::string allow;      // value of Allow, when method_not_allowed
};

// Immutable; any number of threads may look up at once. The cost of a look-up depends on the
// path's length, not on the number of routes. Conditions cost nothing where there are none; routes
// of one path that differ in them alone are asked one after the other.
//
// Of the routes that match host, path, method and conditions, the winner is the one
//  1. with the higher priority; then
//  2. whose host is more specific: exact, then the longer wildcard, then every host; then
//  3. whose path is more specific: segment by segment from the left a literal comes before a
//     capture, a capture before the trailing "/*", and a pattern's end before "/*"; then
//  4. with more conditions; then
//  5. that stands first in the list.
// A route that does not allow the method, or whose conditions do not hold, is passed over. When
// only the method kept all others that match from being taken, the answer is method_not_allowed
// with all their methods.
class Router {
 public:
  explicit Router(std::span<const RouteRule> rules);
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

  // `host`: lower case, without port. `path`: as normalize_path() returns it.
  // `parts`: the rest of the request, which only conditions look at; without it none holds.
  // HEAD is taken by a route that allows GET. Allocates only for method_not_allowed.
  RouteMatch find(std::string_view host, std::string_view path, std::string_view method,
                  const RequestParts& parts = {}) const;

 private:
  struct Table;
  std::unique_ptr<Table> table_;
};

}  // namespace gateway::routing

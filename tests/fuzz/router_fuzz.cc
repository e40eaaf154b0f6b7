// Rules and requests drawn from the input: the router answers as the slow and obvious one of the
// unit tests does, and a rule that is called unreachable is never reached.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "shared/routing/reachability.h"
#include "shared/routing/router.h"
#include "tests/unit/shared/routing/naive_router.h"

namespace {

using namespace gateway::routing;

void require(bool holds) {
  if (!holds) std::abort();
}

// Draws from the input, then zeros.
class Tape {
 public:
  Tape(const std::uint8_t* data, std::size_t size) : data_(data), left_(size) {}
  std::size_t operator()(std::size_t sides) {
    if (left_ == 0) return 0;
    --left_;
    return *data_++ % sides;
  }
  bool empty() const { return left_ == 0; }

 private:
  const std::uint8_t* data_;
  std::size_t left_;
};

std::string draw_path(Tape& draw) {
  std::string path;
  for (std::size_t left = draw(6); left > 0; --left) path += "/" + std::string(1, "abcd"[draw(4)]);
  if (path.empty() || draw(3) == 0) path += "/";
  return path;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Tape draw(data, size);
  std::vector<RouteRule> rules(draw(24));
  for (RouteRule& rule : rules) rule = naive::random_rule(draw);
  const Router router(rules);
  std::vector<bool> unreachable(rules.size());
  for (const Shadowed& shadowed : find_unreachable(rules)) {
    require(shadowed.route < rules.size() && shadowed.by < rules.size());
    unreachable[shadowed.route] = true;
  }
  for (int requests = 0; requests < 16 && !draw.empty(); ++requests) {
    const std::string& host = naive::kHosts[draw(naive::kHosts.size())];
    const std::string& method = naive::kMethods[draw(naive::kMethods.size())];
    const std::string path = draw_path(draw);
    const RequestParts parts{&naive::kFields[draw(naive::kFields.size())],
                             naive::kQueries[draw(naive::kQueries.size())]};
    const naive::Outcome expected = naive::find(rules, host, path, method, parts);
    const RouteMatch match = router.find(host, path, method, parts);
    require((match.kind == RouteMatch::Kind::found) == expected.route.has_value());
    require(match.allow == expected.allow);
    if (!expected.route) continue;
    require(match.route == *expected.route);
    require(!unreachable[match.route]);
  }
  return 0;
}

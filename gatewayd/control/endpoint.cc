#include "gatewayd/control/endpoint.h"

#include <algorithm>
#include <string>

namespace gateway::control {
namespace {

// Whether `path` is what `pattern` says; `name` becomes what stands for its {name}.
bool matches(std::string_view pattern, std::string_view path, std::string& name) {
  const std::size_t open = pattern.find('{');
  if (open == pattern.npos) return pattern == path;
  const std::string_view before = pattern.substr(0, open);
  const std::string_view after = pattern.substr(pattern.find('}') + 1);
  if (path.size() <= before.size() + after.size()) return false;
  if (!path.starts_with(before) || !path.ends_with(after)) return false;
  name = path.substr(before.size(), path.size() - before.size() - after.size());
  return true;
}

bool answers(std::string_view has, std::string_view method) {
  return has == method || (method == "HEAD" && has == "GET");
}

// A path that is written out comes before one with a name in it, and of those the longer one.
bool comes_first(const Endpoint* a, const Endpoint* b) {
  const auto open = [](const Endpoint* e) { return e->path.find('{') != e->path.npos; };
  if (open(a) != open(b)) return open(b);
  return open(a) && a->path.size() > b->path.size();
}

const std::vector<const Endpoint*>& all_endpoints() {
  static const std::vector<const Endpoint*> all = [] {
    std::vector<const Endpoint*> list;
    for (const Room& room : rooms()) {
      for (const Endpoint& endpoint : room.endpoints) list.push_back(&endpoint);
    }
    std::stable_sort(list.begin(), list.end(), comes_first);
    return list;
  }();
  return all;
}

}  // namespace

const std::vector<Room>& rooms() {
  static const std::vector<Room> all = {
      {"management", "What runs: routes, services, and what they did.", management_endpoints()},
      {"monitoring", "What happened: requests, errors, response times, limits.",
       monitoring_endpoints()},
      {"configuration", "Limits and CORS rules, one by one.", configuration_endpoints()},
      {"operations", "Status, breakers, and the configuration as a whole.", operation_endpoints()},
      {"documents", "This API's own description.", document_endpoints()},
  };
  return all;
}

const Endpoint* find_endpoint(std::string_view method, std::string_view path, std::string& name,
                              std::string& allow) {
  std::string_view matched;
  for (const Endpoint* endpoint : all_endpoints()) {
    // Of the patterns that match the first one counts, with all of its methods.
    if (!matched.empty() && endpoint->path != matched) continue;
    if (!matches(endpoint->path, path, name)) continue;
    matched = endpoint->path;
    if (answers(endpoint->method, method)) return endpoint;
    allow += allow.empty() ? "" : ", ";
    allow += endpoint->method == "GET" ? "GET, HEAD" : std::string(endpoint->method);
  }
  return nullptr;
}

}  // namespace gateway::control

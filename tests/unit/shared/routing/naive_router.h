#pragma once

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/routing/router.h"

// What router.h promises, written out the slow and obvious way, and random rules to compare with.
namespace gateway::routing::naive {

// "/a/b/" is {"a", "b", ""}, "/" is {""}.
inline std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> parts;
  for (std::size_t start = 1; start <= path.size();) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    parts.emplace_back(path.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

inline bool is_capture(std::string_view part) {
  return part.starts_with('{');
}

inline bool path_matches(std::string_view pattern, std::string_view path) {
  std::vector<std::string> want = split(pattern);
  std::vector<std::string> have = split(path);
  if (want.back() == "*") {
    want.pop_back();
    if (have.size() < want.size()) return false;
    have.resize(want.size());
  }
  if (want.size() != have.size()) return false;
  for (std::size_t i = 0; i < want.size(); ++i) {
    if (is_capture(want[i]) ? have[i].empty() : want[i] != have[i]) return false;
  }
  return true;
}

inline bool host_matches(std::string_view pattern, std::string_view host) {
  if (!pattern.starts_with("*.")) return pattern == host;
  return host.size() > pattern.size() - 1 && host.ends_with(pattern.substr(1));
}

// 0: does not match; the higher, the more specific.
inline std::size_t host_weight(const RouteRule& rule, std::string_view host) {
  if (rule.hosts.empty()) return 1;
  std::size_t best = 0;
  for (const std::string& pattern : rule.hosts) {
    if (!host_matches(pattern, host)) continue;
    best = std::max(best, pattern.starts_with("*.") ? pattern.size() : std::size_t{1000});
  }
  return best;
}

inline bool method_allowed(const RouteRule& rule, std::string_view method) {
  const auto names = [&](std::string_view name) {
    return std::find(rule.methods.begin(), rule.methods.end(), name) != rule.methods.end();
  };
  return rule.methods.empty() || names(method) || (method == "HEAD" && names("GET"));
}

// The octets that `raw` stands for.
inline std::string decoded(std::string_view raw) {
  const auto digit = [](char c) { return std::string_view("0123456789abcdef").find(c | 0x20); };
  std::string text;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const bool escape = raw[i] == '%' && i + 2 < raw.size() && std::isxdigit(raw[i + 1]) != 0 &&
                        std::isxdigit(raw[i + 2]) != 0;
    if (escape) {
      text += static_cast<char>(digit(raw[i + 1]) * 16 + digit(raw[i + 2]));
      i += 2;
    } else {
      text += raw[i] == '+' ? ' ' : raw[i];
    }
  }
  return text;
}

inline std::vector<std::pair<std::string, std::string>> parameters(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> all;
  std::istringstream parts{std::string(query)};
  for (std::string part; std::getline(parts, part, '&');) {
    const std::size_t equals = std::min(part.find('='), part.size());
    const std::size_t value = std::min(equals + 1, part.size());
    if (!part.empty()) {
      all.emplace_back(decoded(part.substr(0, equals)), decoded(part.substr(value)));
    }
  }
  return all;
}

inline bool conditions_hold(const RouteRule& rule, const RequestParts& parts) {
  for (const Condition& wanted : rule.conditions.headers) {
    bool found = false;
    for (const Field& field : parts.fields == nullptr ? Fields() : *parts.fields) {
      std::string name(field.name);
      for (char& c : name) c = static_cast<char>(std::tolower(c));
      found = found || (name == wanted.name && field.value == wanted.value);
    }
    if (!found) return false;
  }
  const auto given = parameters(parts.query);
  for (const Condition& wanted : rule.conditions.query) {
    if (std::count(given.begin(), given.end(), std::pair(wanted.name, wanted.value)) == 0) {
      return false;
    }
  }
  return true;
}

// Below 0: `a` is the more specific of two patterns that match the same path.
inline int compare_paths(std::string_view a, std::string_view b) {
  const std::vector<std::string> left = split(a);
  const std::vector<std::string> right = split(b);
  const auto kind = [](const std::vector<std::string>& parts, std::size_t i) {
    if (i >= parts.size()) return 2;
    if (parts[i] == "*" && i + 1 == parts.size()) return 3;
    return is_capture(parts[i]) ? 1 : 0;
  };
  for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
    if (kind(left, i) != kind(right, i)) return kind(left, i) - kind(right, i);
  }
  return 0;
}

// Whether `a` wins over `b` for a request to `host` that both match.
inline bool wins(std::span<const RouteRule> rules, std::size_t a, std::size_t b,
                 std::string_view host) {
  const RouteRule& left = rules[a];
  const RouteRule& right = rules[b];
  if (left.priority != right.priority) return left.priority > right.priority;
  const std::size_t left_weight = host_weight(left, host);
  const std::size_t right_weight = host_weight(right, host);
  if (left_weight != right_weight) return left_weight > right_weight;
  const int paths = compare_paths(left.path, right.path);
  if (paths != 0) return paths < 0;
  if (left.conditions.size() != right.conditions.size()) {
    return left.conditions.size() > right.conditions.size();
  }
  return a < b;
}

struct Outcome {
  std::optional<std::size_t> route;
  std::string allow;  // when only the method does not match
};

inline Outcome find(std::span<const RouteRule> rules, std::string_view host, std::string_view path,
                    std::string_view method, const RequestParts& parts = {}) {
  Outcome outcome;
  std::map<std::string, bool> allowed;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (host_weight(rules[i], host) == 0 || !path_matches(rules[i].path, path)) continue;
    if (!conditions_hold(rules[i], parts)) continue;
    for (const std::string& name : rules[i].methods) {
      allowed[name] = true;
      if (name == "GET") allowed["HEAD"] = true;
    }
    if (!method_allowed(rules[i], method)) continue;
    if (!outcome.route || wins(rules, i, *outcome.route, host)) outcome.route = i;
  }
  if (outcome.route) return outcome;
  for (const auto& [name, unused] : allowed) {
    outcome.allow += (outcome.allow.empty() ? "" : ", ") + name;
  }
  return outcome;
}

inline const std::vector<std::string> kHosts = {"a.test", "x.a.test", "y.a.test", "z.y.a.test",
                                                "b.test", "q.b.test", "other"};
inline const std::vector<std::string> kHostPatterns = {"a.test", "*.a.test", "*.y.a.test",
                                                       "b.test", "*.test",   "x.a.test"};
inline const std::vector<std::string> kMethods = {"GET", "HEAD", "POST", "PURGE"};
inline const std::vector<Condition> kHeaderConditions = {
    {"accept", "v1"}, {"accept", "v2"}, {"x-beta", "1"}, {"x-beta", ""}};
inline const std::vector<Condition> kQueryConditions = {{"v", "1"}, {"v", "a b"}, {"a&b", ""}};
inline const std::vector<Fields> kFields = {{},
                                            {{"Accept", "v1", "", {}}},
                                            {{"ACCEPT", "v1", "", {}}, {"accept", "v2", "", {}}},
                                            {{"X-Beta", "1", "", {}}, {"Accept", "v2", "", {}}},
                                            {{"X-Beta", "", "", {}}, {"Accept", "v1,v2", "", {}}}};
inline const std::vector<std::string> kQueries = {
    "", "v=1", "v=2&v=1", "v=a+b&x", "%76=a%20b&a%26b", "a%26b=&V=1", "&&v=%31&=", "v=%3", "v"};

// Draws small rules that often overlap. The same numbers from `draw` give the same rules.
template <class Draw>
RouteRule random_rule(Draw&& draw) {
  static const std::vector<std::string> parts = {"a", "b", "c", "{one}", "{two}"};
  RouteRule rule;
  std::vector<std::string> captured;
  for (std::size_t left = draw(4); left > 0; --left) {
    std::string part = parts[draw(parts.size())];
    if (is_capture(part)) {
      part = "{n" + std::to_string(captured.size()) + "}";
      captured.push_back(part);
    }
    rule.path += "/" + part;
  }
  const std::size_t ending = draw(4);
  if (ending == 0) rule.path += "/*";
  if (ending == 1 || rule.path.empty()) rule.path += "/";
  for (std::size_t left = draw(3); left > 0; --left) {
    rule.hosts.push_back(kHostPatterns[draw(kHostPatterns.size())]);
  }
  for (std::size_t left = draw(3); left > 0; --left) {
    rule.methods.push_back(kMethods[draw(3)]);
  }
  rule.priority = static_cast<std::int32_t>(draw(3)) - 1;
  if (draw(2) == 0) return rule;
  for (std::size_t left = draw(3); left > 0; --left) {
    rule.conditions.headers.push_back(kHeaderConditions[draw(kHeaderConditions.size())]);
  }
  for (std::size_t left = draw(3); left > 0; --left) {
    rule.conditions.query.push_back(kQueryConditions[draw(kQueryConditions.size())]);
  }
  return rule;
}

// Every path of at most `depth` segments out of a, b, c and d (which no random rule names), with
// and without a slash at its end.
inline std::vector<std::string> all_paths(std::size_t depth) {
  std::vector<std::string> paths = {"/"};
  std::vector<std::string> last = {""};
  for (std::size_t level = 0; level < depth; ++level) {
    std::vector<std::string> next;
    for (const std::string& path : last) {
      for (const char* part : {"/a", "/b", "/c", "/d"}) next.push_back(path + part);
    }
    for (const std::string& path : next) {
      paths.push_back(path);
      paths.push_back(path + "/");
    }
    last = std::move(next);
  }
  return paths;
}

// A seeded source for random_rule().
class Dice {
 public:
  explicit Dice(std::uint32_t seed) : engine_(seed) {}
  std::size_t operator()(std::size_t sides) { return engine_() % sides; }

 private:
  std::mt19937 engine_;
};

}  // namespace gateway::routing::naive

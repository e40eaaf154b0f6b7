#include "shared/policy/name_choice.h"

#include "shared/base/ascii.h"

namespace gateway::policy {
namespace {

constexpr std::size_t kMaxName = 253;  // of the name service (RFC 1035 §2.3.4)

}  // namespace

NameChoice::NameChoice(const std::vector<std::vector<std::string>>& names) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    for (const std::string& name : names[i]) by_name_.try_emplace(name, i);
  }
}

std::size_t NameChoice::choose(std::string_view server_name) const {
  if (server_name.ends_with('.')) server_name.remove_suffix(1);
  if (server_name.empty() || server_name.size() > kMaxName) return 0;
  std::string name(server_name);
  for (char& c : name) c = ascii_lower(c);
  if (const auto exact = by_name_.find(name); exact != by_name_.end()) return exact->second;
  const std::size_t dot = name.find('.');
  if (dot == 0 || dot == std::string::npos) return 0;
  name.replace(0, dot, "*");
  const auto wildcard = by_name_.find(name);
  return wildcard != by_name_.end() ? wildcard->second : 0;
}

}  // namespace gateway::policy

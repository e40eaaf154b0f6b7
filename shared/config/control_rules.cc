#include "shared/config/control_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "shared/base/ascii.h"
#include "shared/base/ip.h"
#include "shared/config/address.h"
#include "shared/config/build.h"
#include "shared/config/checked.h"

namespace gateway::config {
namespace {

std::string lowered(std::string text) {
  for (char& c : text) c = ascii_lower(c);
  return text;
}

bool is_loopback(const IpAddress& address) {
  const auto& bytes = address.bytes;
  if (address.is_v4()) return bytes[12] == 127;
  return std::all_of(bytes.begin(), bytes.end() - 1, [](auto byte) { return byte == 0; }) &&
         bytes.back() == 1;
}

void check_tokens(const ControlRules& control, Report& report) {
  std::unordered_map<std::string, const ControlToken*> names;
  std::unordered_map<std::string, const ControlToken*> digests;
  for (const ControlToken& token : control.tokens) {
    const auto [same, is_new] = names.emplace(token.name, &token);
    if (!is_new && !token.name.empty()) {
      report.error("duplicate-name", token.place,
                   fmt::format("two tokens are called \"{}\"; the first stands at {}", token.name,
                               report.describe(same->second->place)),
                   "a change is recorded under this name: rename one of the two");
    }
    const auto [alike, is_first] = digests.emplace(lowered(token.sha256), &token);
    if (!is_first && !token.sha256.empty()) {
      report.error("duplicate-token", token.place,
                   fmt::format("\"{}\" has the token of \"{}\" ({})", token.name,
                               alike->second->name, report.describe(alike->second->place)),
                   "give each holder a token of its own");
    }
  }
}

ControlRole role_of(std::string_view name) {
  return name == "admin"      ? ControlRole::admin
         : name == "operator" ? ControlRole::operates
                              : ControlRole::viewer;
}

}  // namespace

ControlRules build_control_rules(const CheckedTable& root, const std::string& main_file) {
  const CheckedTable table = section(root, "control");
  ControlRules rules;
  const Setting<std::string> listen = table.text("listen");
  if (auto address = parse_address(listen.value); listen.place && address) {
    rules.host = std::move(address->host);
    rules.port = address->port;
    rules.listen_place = listen.place;
  }
  rules.hosts = table.list("hosts");
  rules.managed_file = table.text("managed_file");
  if (std::string& path = rules.managed_file.value; !path.empty() && !path.starts_with('/')) {
    path.insert(0, main_file, 0, main_file.rfind('/') + 1);  // npos + 1 is 0
  }
  for (const CheckedTable& one : table.tables()) {
    rules.tokens.push_back({one.text("name").value, role_of(one.text("role").value),
                            one.text("sha256").value, one.place()});
  }
  return rules;
}

void check_control(const ControlRules& control, Report& report) {
  check_tokens(control, report);
  if (control.host.empty()) return;
  if (control.tokens.empty()) {
    report.error("control-without-token", control.listen_place,
                 "control.listen needs a token: nobody could use it otherwise",
                 "add tokens = [{ name = \"…\", role = \"viewer\", sha256 = \"…\" }]");
  }
  if (const auto address = parse_ip(control.host); address && !is_loopback(*address)) {
    report.warning("control-in-clear", control.listen_place,
                   "tokens travel in clear to control.listen, which others than this machine reach",
                   "keep it to 127.0.0.1, or to a network that nobody listens in on");
  }
}

}  // namespace gateway::config

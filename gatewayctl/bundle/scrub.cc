#include "gatewayctl/bundle/scrub.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "shared/config/key_tree.h"
#include "shared/config/keys.h"
#include "shared/config/mask.h"
#include "shared/store/stats.h"

namespace gateway::ctl {
namespace {

// What a key of the file is called that holds something nobody else may know.
constexpr const char* kSecretName =
    "authorization|cookie|token|secret|password|passwd|credential|api[-_]?key|private|signature|"
    "session";

// Keys whose values look secret by their name and are not: where a secret stands, and the names
// that the table of keys has for fields and cookies.
bool is_plain_key(std::string_view name) {
  if (name.ends_with(config::kSecretFile) || name.ends_with(config::kSecretCredential)) return true;
  return std::any_of(config::keys().begin(), config::keys().end(), [&](const config::Key& key) {
    using enum config::KeyType;
    return config::last_name(key) == name && key.type != secret && key.type != sha256 &&
           key.path != "auth.basic.users[].hash";
  });
}

// name = "value", name = 'value', also within a table in one line; and values in three quotes.
void mask_by_name(std::string& text) {
  static const RE2 pair(
      R"re((?s)(["']?)([A-Za-z0-9_-]+)(["']?\s*=\s*)("""(?:[^\\]|\\.)*?"""|'''.*?'''|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'))re");
  static const RE2 secret_name(fmt::format("(?i)({})", kSecretName));
  static const RE2 variable(R"re(["']\$\{[A-Za-z0-9_]+\}["'])re");  // tells where it comes from
  std::string out;
  re2::StringPiece rest(text);
  re2::StringPiece open;
  re2::StringPiece name;
  re2::StringPiece middle;
  re2::StringPiece value;
  const char* at = std::as_const(text).data();
  while (RE2::FindAndConsume(&rest, pair, &open, &name, &middle, &value)) {
    const bool hides = RE2::PartialMatch(name, secret_name) && !RE2::FullMatch(value, variable) &&
                       !is_plain_key(std::string_view(name.data(), name.size()));
    out.append(at, value.data());
    if (hides) {
      out.append("\"***\"");
    } else {
      out.append(value.data(), value.size());
    }
    at = value.data() + value.size();
  }
  out.append(at, std::as_const(text).data() + text.size());
  text = std::move(out);
}

// The values of keys that hold a fingerprint of a secret: enough to guess a weak one by.
void mask_hashes(std::string& text) {
  static const RE2 hash(R"re((\b(?:sha256|hash)["']?\s*=\s*)(?:"[^"\n]*"|'[^'\n]*'))re");
  RE2::GlobalReplace(&text, hash, R"re(\1"***")re");
}

// The path of an absolute URL as path_pattern() has it.
std::string url_pattern(const std::string& url) {
  const std::size_t scheme = url.find("://");
  const std::size_t path = scheme == std::string::npos ? scheme : url.find('/', scheme + 3);
  if (path == std::string::npos) return url;
  return url.substr(0, path) + store::path_pattern(url.substr(path));
}

}  // namespace

std::string scrub_text(std::string text) {
  static const RE2 credentials(R"re((?i)\b(bearer|basic)(\s+)[A-Za-z0-9+/=._~-]{6,})re");
  static const RE2 jws(R"re(\beyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*(\.[A-Za-z0-9_-]*)?)re");
  static const RE2 user_info(R"re((://)[^/\s"'@]+@)re");
  static const RE2 query_value(R"re(([?&;][A-Za-z0-9_.~%\[\]-]+=)[^&;\s"'#]+)re");
  RE2::GlobalReplace(&text, credentials, R"re(\1\2***)re");
  RE2::GlobalReplace(&text, jws, "***");
  RE2::GlobalReplace(&text, user_info, R"re(\1***@)re");
  RE2::GlobalReplace(&text, query_value, R"re(\1***)re");
  return text;
}

std::string scrub_config(std::string text) {
  config::mask_secrets(text);
  mask_by_name(text);
  mask_hashes(text);
  return scrub_text(std::move(text));
}

std::string Pseudonyms::name(std::map<std::string, std::string>& known, std::string_view kind,
                             const std::string& value) {
  if (value.empty()) return value;
  const auto [found, fresh] = known.try_emplace(value);
  if (fresh) found->second = fmt::format("{}-{}", kind, known.size());
  return found->second;
}

std::string Pseudonyms::scrub_log(std::string_view text) {
  static const RE2 field(R"re(\b(client|user|path|url)(="?|":\s*")([^\s"]+))re");
  std::string out;
  re2::StringPiece rest(text.data(), text.size());
  re2::StringPiece key;
  re2::StringPiece sign;
  re2::StringPiece value;
  const char* at = text.data();
  while (RE2::FindAndConsume(&rest, field, &key, &sign, &value)) {
    const std::string was(value);
    out.append(at, value.data());
    out += key == "path"   ? store::path_pattern(was)
           : key == "url"  ? url_pattern(was)
           : key == "user" ? name(users_, "user", was)
                           : name(clients_, "client", was);
    at = value.data() + value.size();
  }
  out.append(at, text.data() + text.size());
  return scrub_text(std::move(out));
}

nlohmann::json Pseudonyms::scrub_page(nlohmann::json page) {
  for (nlohmann::json& row : page["rows"]) {
    const auto change = [&](const char* key, const auto& how) {
      if (const auto found = row.find(key); found != row.end() && found->is_string()) {
        *found = how(found->get<std::string>());
      }
    };
    change("client", [&](const std::string& text) { return name(clients_, "client", text); });
    change("user", [&](const std::string& text) { return name(users_, "user", text); });
    change("path", [](const std::string& text) { return store::path_pattern(text); });
    change("query", [](const std::string& text) { return scrub_text("?" + text).substr(1); });
    row.erase("detail");
  }
  return page;
}

}  // namespace gateway::ctl

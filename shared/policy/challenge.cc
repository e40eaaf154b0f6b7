#include "shared/policy/challenge.h"

namespace gateway::policy {
namespace {

void append_quoted(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

void append_scheme(std::string_view scheme, std::string_view realm, std::string& out) {
  if (!out.empty()) out += ", ";
  out.append(scheme).append(" realm=");
  append_quoted(realm, out);
}

void append_parameter(std::string_view name, std::string_view value, std::string& out) {
  if (value.empty()) return;
  out.append(", ").append(name).append("=");
  append_quoted(value, out);
}

}  // namespace

void append_bearer_challenge(std::string_view realm, std::string_view error,
                             std::string_view description, std::string& out) {
  append_scheme("Bearer", realm, out);
  append_parameter("error", error, out);
  append_parameter("error_description", description, out);
}

void append_scope_challenge(std::string_view realm, const std::vector<std::string>& scopes,
                            std::string_view description, std::string& out) {
  append_bearer_challenge(realm, "insufficient_scope", description, out);
  std::string all;
  for (const std::string& scope : scopes) all.append(all.empty() ? "" : " ").append(scope);
  append_parameter("scope", all, out);
}

void append_basic_challenge(std::string_view realm, std::string& out) {
  append_scheme("Basic", realm, out);
  append_parameter("charset", "UTF-8", out);
}

void append_api_key_challenge(std::string_view realm, std::string_view field, std::string& out) {
  append_scheme("ApiKey", realm, out);
  append_parameter("header", field, out);
}

}  // namespace gateway::policy

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/result.h"
#include "shared/policy/identity.h"
#include "shared/routing/router.h"

namespace gateway::policy {

inline constexpr std::size_t kMaxTemplateBytes = 4096;      // of the text in the config
inline constexpr std::size_t kMaxTemplateVariables = 16;    // of one text
inline constexpr std::size_t kMaxTemplateOutput = 8 << 10;  // bytes of one filled-in text

// What the variables of a template stand for in one request. The views need only live for the call.
struct TemplateValues {
  std::string_view request_id;
  std::string_view client_ip;
  std::string_view route_name;
  std::string_view host;               // lower case, without port
  std::string_view path;               // as the client asked for it, in the form of routing/path.h
  std::string_view method;             // of the request
  std::string_view query;              // raw, without "?"
  const Identity* identity = nullptr;  // null: nobody has said who they are
  const routing::RouteMatch* match = nullptr;  // for a redirect's captures alone
};

// Where the values go, which decides how they are written.
enum class Escape : std::uint8_t {
  field,      // a field's value: as they are, and nothing for one that is_field_value() refuses
  host,       // a URI's host: nothing for what is none
  path,       // a URI's path: ${request.path} as it is, others as one segment or a part of it
  query,      // a URI's query: ${request.query} as it is, others as one value
  component,  // one value of a query, whatever it is; the literal text is escaped as well
};

// Why a text is no template, and the byte of it where that shows.
struct TemplateError {
  std::size_t offset = 0;
  std::string message;
};

// Text with ${variables}, compiled. "$${" is a plain "${". Known are request.id, request.host,
// request.path, request.query, request.method, client.ip, route.name, user.sub, user.method and
// claim.NAME. A value that is not there is the empty text, and so is one with a control octet in
// it, wherever it would go. Built once a snapshot; const afterwards.
class Template {
 public:
  enum class Variable : std::uint8_t {
    request_id,
    request_host,
    request_path,
    request_query,
    request_method,
    client_ip,
    route_name,
    user_sub,
    user_method,
    claim,
  };

  // What the text may name. Without an identity, as on a public route, user.… and claim.… would
  // always be empty and are refused.
  enum class Scope : std::uint8_t { with_identity, without_identity };

  Template() = default;
  static Result<Template, TemplateError> compile(std::string_view text, Scope scope);

  // Appends the text with its values. False, and `out` as it was, when that would be more than
  // kMaxTemplateOutput bytes: a name that was cut short could be somebody else's.
  bool apply(const TemplateValues& values, Escape escape, std::string& out) const;

  // The whole text when it names no variable, so that it can be written ahead of any request.
  std::optional<std::string_view> fixed() const;

  bool uses(Variable variable) const;

 private:
  struct Part {
    std::optional<Variable> variable;  // nothing: literal text
    std::string text;                  // the literal, or the claim's name
  };
  class Compiler;

  static std::string_view value_of(const Part& part, const TemplateValues& values);

  std::vector<Part> parts_;
};

}  // namespace gateway::policy

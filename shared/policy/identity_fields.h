#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/base/fields.h"
#include "shared/config/policies.h"
#include "shared/policy/fault.h"
#include "shared/policy/identity.h"

namespace gateway::policy {

inline constexpr std::size_t kMaxForwardedClaims = 32;       // of one way to authenticate
inline constexpr std::size_t kMaxIdentityNameBytes = 256;    // of a field's or a claim's name
inline constexpr std::size_t kMaxIdentityValueBytes = 4096;  // of one field's value

// The fields that tell an upstream who the user is, as `forward` of each way to authenticate names
// them. The upstream believes them, so no client may send one, to any route, public ones included.
// Built once a snapshot; const afterwards.
class IdentityFields {
 public:
  // Names that are no tokens, that HTTP itself or the gateway goes by, or that one way has twice;
  // claims without a name; too many.
  static std::vector<Fault> faults(const config::Auth& auth);

  IdentityFields() = default;
  explicit IdentityFields(const config::Auth& auth);

  bool empty() const { return names_.empty(); }

  // Whether an upstream could take a field of this name for one of these: CGI, WSGI and the like
  // make one variable of X-User-Id, X_User_Id and X.User.Id (RFC 3875 §4.1.18), so all octets but
  // letters and digits count as the same.
  bool covers(std::string_view name) const;
  // The same for a field that a client sent, which then must not go upstream.
  bool drops(const Field& field) const { return covers(field.name); }

  // Appends the lines, CRLF included, that `method` forwards of `identity`. "roles" and "scope"
  // (or "scopes") are its lists, joined with commas; "sub" is the user; others are claims. A value
  // that is empty, too long, or would not arrive as it is (see is_field_value) has no line; a role
  // or scope with a comma, which would read as two, is not listed.
  void append_lines(config::AuthMethod method, const Identity& identity, std::string& out) const;

 private:
  struct Forward {
    std::string start;  // "X-User-Id: "
    std::string claim;
  };

  void add(config::AuthMethod method, const std::vector<config::NamedText>& forward);

  std::vector<std::string> names_;  // folded, no two alike
  std::uint64_t lengths_ = 0;       // a bit for the size of each, modulo 64
  std::array<std::vector<Forward>, config::kAuthMethods> forwards_;  // by AuthMethod
};

}  // namespace gateway::policy

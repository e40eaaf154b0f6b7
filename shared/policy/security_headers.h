#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shared/base/name_set.h"
#include "shared/config/policies.h"

namespace gateway::policy {

// What keeps a table of security fields from being sent, as one sentence; empty when nothing does.
// Refused: a name that is no token, names that frame a message or belong to one hop, control
// characters in a value.
std::string security_headers_fault(const config::NamedText& field);

// The security fields of every answer, in text that is ready to be sent. `headers = "strict"` is
// the preset below; a table is what stands in it and nothing else, an empty value standing for "do
// not send this, nor pass on the upstream's". Both at once: the preset, changed by the table.
// A route's own headers stand in place of the gateway's, not beside them.
//
// The gateway's value wins: the caller leaves names() out of what the upstream answered.
// Strict-Transport-Security goes to TLS clients alone (RFC 6797 §7.2).
// Built once a snapshot, const afterwards. A field with a fault is left out.
class SecurityHeaders {
 public:
  SecurityHeaders() = default;  // none
  explicit SecurityHeaders(const config::SecurityHeaders& headers);

  // Whole field lines, CRLF included. `secure`: the client's connection is TLS.
  std::string_view lines(bool secure) const { return secure ? secure_ : plain_; }
  const NameSet& names() const { return names_; }

 private:
  std::string plain_;
  std::string secure_;
  NameSet names_;
};

// The strict preset, names and values.
const std::vector<config::NamedText>& strict_security_headers();

}  // namespace gateway::policy

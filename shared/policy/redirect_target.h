#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/result.h"
#include "shared/policy/template_text.h"
#include "shared/routing/path_pattern.h"

namespace gateway::policy {

// Where a redirect leads: "/new/{id}", "/*" or "https://other.example/v2/*?from=${request.host}".
// In its path "{name}" and "*" stand for what the route's path took, as in a Rewrite, and ${…} for
// a value, written so that it stays within its segment. In its query both stay one value, but for
// ${request.query}, which is put in as it is; "?" goes when nothing follows it.
//
// The client never chooses the host: before the path stands fixed text, or ${request.host}, and a
// target without a host leads to none, whatever is put in ("//evil.example" becomes
// "/evil.example").
//
// Built once a snapshot; const afterwards.
class RedirectTarget {
 public:
  static Result<RedirectTarget, TemplateError> compile(std::string_view text,
                                                       const routing::PathPattern& pattern,
                                                       Template::Scope scope);

  // Appends the URI reference for Location. False, and `out` as it was, when it would be longer
  // than kMaxTemplateOutput or needs a host that the request does not name: then it is a bad
  // request.
  bool apply(const TemplateValues& values, std::string& out) const;

 private:
  struct Part {
    enum class Kind : std::uint8_t { text, capture, rest };
    Kind kind = Kind::text;
    Escape escape = Escape::path;  // host, path or query
    Template text;
    bool slash = false;      // `text` begins with "/"
    std::uint8_t index = 0;  // capture
  };
  class Compiler;

  static bool append_part(const Part& part, const TemplateValues& values, std::size_t path_start,
                          std::string& out);

  std::vector<Part> parts_;
  bool absolute_ = false;  // names scheme and host
};

}  // namespace gateway::policy

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/result.h"
#include "shared/routing/path_pattern.h"
#include "shared/routing/router.h"

namespace gateway::policy {

inline constexpr std::size_t kMaxRewriteBytes = 1024;

// A compiled `rewrite` template: literal text, "{name}" for a capture of the route's path, "*" as
// a whole segment for the rest that its trailing "*" took. Built once a snapshot; const afterwards.
//
// With path "/samples/*" and rewrite "/api/v1/*":
//   /samples/7   -> /api/v1/7       /samples/   -> /api/v1/
//   /samples/7/  -> /api/v1/7/      /samples    -> /api/v1
// The slash before "*" is there exactly when the request had it, and no slash is ever doubled.
class Rewrite {
 public:
  // Refuses a name that `pattern` does not capture, "*" where it takes no rest, and literal text
  // that is not in the form of routing/path.h. The error's offset counts in `text`.
  static Result<Rewrite, routing::PatternError> compile(std::string_view text,
                                                        const routing::PathPattern& pattern);

  // Appends the new path, which is never empty and in normal form, to `out`. The query is not part
  // of it and is kept by the caller.
  void apply(const routing::RouteMatch& match, std::string& out) const;

 private:
  struct Part {
    enum class Kind : std::uint8_t { literal, capture, rest };
    Kind kind;
    std::string text;        // literal
    std::uint8_t index = 0;  // capture
  };
  class Compiler;

  std::vector<Part> parts_;
};

}  // namespace gateway::policy

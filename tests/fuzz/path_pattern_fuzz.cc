// Patterns, paths and rewrites from anywhere: no crash, and what is accepted keeps its promises.
// Input: three lines: a pattern, a raw path, a rewrite.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "shared/policy/rewrite.h"
#include "shared/routing/path.h"
#include "shared/routing/path_pattern.h"
#include "shared/routing/router.h"
#include "tests/unit/shared/routing/naive_router.h"

namespace {

using namespace gateway;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

bool is_normal(std::string_view path) {
  std::string scratch;
  const char* why = nullptr;
  return routing::normalize_path(path, scratch, why) == path;
}

// The normal form; empty when refused.
std::string check_normalizing(std::string_view raw) {
  std::string scratch;
  const char* why = nullptr;
  const std::string path(routing::normalize_path(raw, scratch, why));
  require(path.empty() == (why != nullptr));
  if (path.empty()) return path;
  require(is_normal(path));
  require(path.front() == '/' && path.find("//") == std::string::npos);
  require((path + "/").find("/./") == std::string::npos);
  require((path + "/").find("/../") == std::string::npos);
  return path;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view pattern_text = take_line(text);
  const std::string path = check_normalizing(take_line(text));
  const std::string_view rewrite_text = take_line(text);

  const auto pattern = routing::parse_path_pattern(pattern_text);
  if (!pattern) {
    require(pattern.error().offset <= pattern_text.size() && !pattern.error().message.empty());
    return 0;
  }
  const auto rewrite = policy::Rewrite::compile(rewrite_text, *pattern);
  if (!rewrite) require(rewrite.error().offset <= rewrite_text.size());
  if (path.empty()) return 0;

  const routing::Router router(
      std::vector{routing::RouteRule{{}, std::string(pattern_text), {}, 0}});
  const routing::RouteMatch match = router.find("h", path, "GET");
  const bool found = match.kind == routing::RouteMatch::Kind::found;
  require(found == routing::naive::path_matches(pattern_text, path));
  if (!found || !rewrite) return 0;
  std::string rewritten;
  rewrite->apply(match, rewritten);
  require(is_normal(rewritten));
  return 0;
}

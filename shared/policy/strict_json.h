#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace gateway::policy {

inline constexpr std::size_t kMaxJsonDepth = 16;
inline constexpr std::size_t kMaxJsonMembers = 256;  // of one object

// A string, number, boolean or null of a document. The views hold during the call alone.
struct JsonValue {
  enum class Kind : std::uint8_t { string, integer, real, boolean };
  // Names of the members on the way to it, joined by dots: "realm_access.roles". A dot may also be
  // part of a name, as in "https://example.com/roles".
  std::string_view path;
  Kind kind = Kind::string;
  std::string_view text;  // a number as it is written, "true" or "false"
  double number = 0;
  std::size_t depth = 1;  // 1: of a member of the outermost object
  bool listed = false;    // an element of the list at `path`
};

// Reads a JSON object (RFC 8259) in one pass, without building it. Refused are a member that stands
// twice in one object (two readers could take different ones), nesting beyond kMaxJsonDepth, more
// members than kMaxJsonMembers, a text that is not UTF-8, numbers that are too large or too small for
// a double, and anything behind the object. Calls `each` for members that hold a string, number or boolean and
// for those within a list; not for null, and not for what stands in a list within a list or in an
// object within a list. Calls `each_member`, when there is one, with the name of every member of
// the outermost object, whatever it holds. Returns null, or a static sentence on what is wrong.
const char* read_json_object(std::string_view text,
                             const std::function<void(const JsonValue&)>& each,
                             const std::function<void(std::string_view)>& each_member = {});

}  // namespace gateway::policy

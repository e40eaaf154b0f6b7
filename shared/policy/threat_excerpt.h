#pragma once

#include <re2/re2.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace gateway::policy {

// Letters and digits in a row from which on they may be a secret or a person's number.
inline constexpr std::size_t kMaskedRun = 12;

// The part of `text` that the pattern matches; all of it when it does not.
std::string_view matched_part(const RE2& pattern, std::string_view text);

// `text` as a log may hold it: at most `limit` bytes of printable ASCII, others as "."; a run of at
// least kMaskedRun letters and digits that holds a digit as "***". What was cut ends in "...".
std::string masked(std::string_view text, std::size_t limit);

}  // namespace gateway::policy

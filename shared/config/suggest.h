#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace gateway::config {

// How many letters must be put in, taken out, changed or swapped with their neighbour to turn one
// text into the other (optimal string alignment); any number above `most` may stand for "more".
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t most);

// The candidate that `word` was most likely meant to be, by edit distance; the first among equals;
// nothing when none is near enough.
std::optional<std::string_view> suggest(std::string_view word,
                                        std::span<const std::string_view> candidates);

// `did you mean "samples"?` for suggest(), `otherwise` without one.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates,
                         std::string otherwise = {});

}  // namespace gateway::config

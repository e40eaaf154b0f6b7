#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/control/param_texts.h"

namespace gateway::control {

// How the parameters of a query are read: one table for each query, gone through by read_all.

template <class Int>
std::optional<Int> parse_number(std::string_view text) {
  Int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

template <class T>
bool assign(std::optional<T> parsed, std::optional<T>& out) {
  out = parsed;
  return parsed.has_value();
}

inline bool assign_text(const std::string& text, std::string& out) {
  out = text;
  return true;
}

inline bool assign_limit(std::string_view text, std::size_t most, std::size_t& out) {
  const auto limit = parse_number<std::size_t>(text);
  if (!limit || *limit == 0 || *limit > most) return false;
  out = *limit;
  return true;
}

// One parameter of a query: how it is read, and what it takes, for a message.
template <class Query>
struct Param {
  std::string_view name;
  bool (*read)(const std::string& text, Query& query);
  std::string_view takes;
};

inline constexpr std::string_view kTakesTime = "an RFC 3339 time";
inline constexpr std::string_view kTakesText = "text";
inline constexpr std::string_view kTakesRow = "a row's number";

template <class Query, std::size_t N>
std::vector<ParamText> texts_of(const Param<Query> (&known)[N]) {
  std::vector<ParamText> texts;
  for (const auto& param : known) texts.push_back({param.name, param.takes});
  return texts;
}

// What is wrong with the parameters; nothing when they were all read into `query`.
template <class Query, std::size_t N>
std::optional<ParamError> read_all(const Params& params, const Param<Query> (&known)[N],
                                   Query& query) {
  for (const auto& [name, value] : params) {
    const Param<Query>* found = nullptr;
    for (const auto& candidate : known) {
      if (candidate.name == name) found = &candidate;
    }
    if (!found) return ParamError{"there is no parameter \"" + name + "\""};
    if (!found->read(value, query)) {
      return ParamError{"the parameter " + name + " takes " + std::string(found->takes)};
    }
  }
  return std::nullopt;
}

}  // namespace gateway::control

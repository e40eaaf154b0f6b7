#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace gateway::config {

// The way from the root of a file to a value, kept on the stack and spelled out only when a message
// needs it.
struct KeyPath {
  const KeyPath* parent = nullptr;
  std::string_view name{};             // empty: the root
  std::optional<std::size_t> index{};  // of an item of the list `name`

  // "services.samples.instances[1].url"
  std::string str() const {
    std::string text = parent != nullptr ? parent->str() : std::string();
    if (!text.empty() && !name.empty()) text += '.';
    text += name;
    if (index) text.append("[").append(std::to_string(*index)).append("]");
    return text;
  }
};

}  // namespace gateway::config

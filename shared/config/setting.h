#pragma once

#include <cstdint>

namespace gateway::config {

// Where a value stands: an index into Config::files and a position that counts from 1, as editors
// do. line 0: the value is a default and stands nowhere.
struct Place {
  std::uint32_t file = 0;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t length = 1;  // characters that a caret line underlines

  explicit operator bool() const { return line != 0; }
};

// A value that knows where it stands. Reads as the value.
template <class T>
struct Setting {
  T value{};
  Place place;

  operator const T&() const { return value; }
  const T* operator->() const { return &value; }
  const T& operator*() const { return value; }
};

}  // namespace gateway::config

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shared/config/model.h"

namespace gateway::config {

struct TomlEntry;

// One value of a TOML document as a plain value that knows its place. Only the member that belongs
// to `kind` has a meaning.
struct TomlNode {
  // `refused` is a value that was reported already, so that nothing else is said about it.
  enum class Kind : std::uint8_t { text, integer, real, boolean, moment, array, table, refused };

  // How a table or list came to be, which decides what may still be added to it (TOML 1.0).
  enum class Origin : std::uint8_t {
    value,     // written out; nothing may be added
    header,    // [a]
    implied,   // a of [a.b]
    dotted,    // a of a.b = 1
    appended,  // [[a]]
  };

  Kind kind = Kind::table;
  Origin origin = Origin::value;
  Place place;              // of a table with a header: the header
  std::int64_t number = 0;  // an integer; a boolean as 0 or 1
  std::string text;
  std::vector<TomlNode> items;
  std::vector<TomlEntry> entries;  // in the order of the file
};

struct TomlEntry {
  std::string name;
  Place place;  // of the key
  TomlNode node;
};

// "a string", "an integer": for messages.
const char* kind_name(TomlNode::Kind kind);

}  // namespace gateway::config

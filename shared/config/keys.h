#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace gateway::config {

// What a key may hold. The TOML form and the checks of each stand in value.cc, its JSON Schema in
// schema.cc.
enum class KeyType : std::uint8_t {
  boolean,
  integer,            // min..max
  integer_or_choice,  // an integer within min..max, or one of the choices
  duration,           // "250ms"; min..max in milliseconds
  size,               // "32KiB"; min..max in bytes
  text,               // a string without control characters, of min..max bytes
  lines,              // as text, line ends and tabs included
  choice,             // one of the choices
  address,            // "ip:port" or "[ipv6]:port"
  url,                // "http://host[:port]/path"
  origin,             // "http://host[:port]", an upstream instance
  sha256,             // 64 hexadecimal digits
  secret,             // `x`, `x_file` or `x_credential`, at most one of them; never printed
  texts,              // a list of strings, each as `text`
  choices,            // a list of choices
  choices_or_one,     // one of the choices, or a list of them that is not empty
  networks,           // a list of "10.0.0.0/8"
  methods,            // a list of HTTP methods (RFC 9110 §9.1)
  instances,          // a list of origins, or of tables that hold one
  integer_map,        // a table of any names, each with an integer within min..max
  text_map,           // a table of any names, each with a string
  choice_or_map,      // one of the choices, or a table as text_map
  table,              // the keys below it, or names that the author chooses
  tables,             // a list of tables
};

// One word that a key of a choice type accepts; "header:*" accepts all that starts with what
// stands before its asterisk.
struct Choice {
  std::string_view name;
};

// One key of the configuration, and the only place where it is described: parsing, bounds,
// defaults, `gatewayctl schema`, gatewayd.toml(5) and explanations are all made from it.
struct Key {
  // "services.*.instances[].url": `*` stands for a name that the author chooses, `[]` for the
  // tables of a list.
  std::string_view path;
  KeyType type;
  std::string_view fallback;  // the default as the file would spell it; empty: none
  std::int64_t min = 0;       // for numbers, durations (ms), sizes and texts (bytes)
  std::int64_t max = 0;       // 0 with min 0: not bounded by the table
  std::span<const Choice> choices{};
  std::string_view help{};  // one sentence, for the man page and for editors
  bool required = false;
};

// Every key, a table before what it holds.
std::span<const Key> keys();

// The last part of the path: "url" of "services.*.instances[].url", "*" of "services.*".
std::string_view last_name(const Key& key);

}  // namespace gateway::config

#include "shared/config/toml_write.h"

#include <fmt/format.h>

#include <algorithm>

namespace gateway::config {

std::string toml_key(std::string_view name) {
  const bool is_bare = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
  return is_bare ? std::string(name) : toml_string(name);
}

std::string toml_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out.append({'\\', c});
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string toml_value(const TomlNode& node) {
  switch (node.kind) {
    case TomlNode::Kind::integer:
      return std::to_string(node.number);
    case TomlNode::Kind::boolean:
      return node.number != 0 ? "true" : "false";
    case TomlNode::Kind::array: {
      std::string out;
      for (const TomlNode& item : node.items) {
        out += (out.empty() ? "" : ", ") + toml_value(item);
      }
      return "[" + out + "]";
    }
    case TomlNode::Kind::table: {
      std::string out;
      for (const TomlEntry& entry : node.entries) {
        out += fmt::format("{} {} = {}", out.empty() ? "" : ",", toml_key(entry.name),
                           toml_value(entry.node));
      }
      return out.empty() ? "{}" : "{" + out + " }";
    }
    default:
      return toml_string(node.text);
  }
}

}  // namespace gateway::config

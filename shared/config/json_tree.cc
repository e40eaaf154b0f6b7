#include "shared/config/json_tree.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "shared/config/effective.h"
#include "shared/config/limits.h"

namespace gateway::config {
namespace {

using nlohmann::json;
using Kind = TomlNode::Kind;

bool only_names_a_variable(const std::string& text) {
  return text.starts_with("${") && text.find('}') == text.size() - 1 && text.find(':') == text.npos;
}

json convert(const TomlNode& node, Secrets secrets, bool is_secret) {
  switch (node.kind) {
    case Kind::text:
      if (is_secret && secrets == Secrets::hidden && !only_names_a_variable(node.text)) {
        return kHidden;
      }
      return node.text;
    case Kind::integer:
      return node.number;
    case Kind::boolean:
      return node.number != 0;
    case Kind::array: {
      json list = json::array();
      for (const TomlNode& item : node.items) list.push_back(convert(item, secrets, is_secret));
      return list;
    }
    case Kind::table: {
      json object = json::object();
      for (const TomlEntry& entry : node.entries) {
        object[entry.name] = convert(entry.node, secrets, is_secret || sounds_secret(entry.name));
      }
      return object;
    }
    default:
      return nullptr;
  }
}

class Reading {
 public:
  explicit Reading(std::vector<std::string>& pointers) : pointers_(pointers) {}

  TomlNode read(const json& in, std::string pointer, std::size_t depth) {
    TomlNode node;
    pointers_.push_back(pointer);
    node.place.line = static_cast<std::uint32_t>(pointers_.size());
    node.place.column = 1;
    node.kind = Kind::refused;
    if (depth > kMaxNesting) return node;
    switch (in.type()) {
      case json::value_t::string:
        node.kind = Kind::text;
        node.text = in.get<std::string>();
        break;
      case json::value_t::boolean:
        node.kind = Kind::boolean;
        node.number = in.get<bool>() ? 1 : 0;
        break;
      case json::value_t::number_integer:
      case json::value_t::number_unsigned:
        node.kind = Kind::integer;
        // What is beyond is beyond every key's bound.
        node.number = in.is_number_unsigned() && in.get<std::uint64_t>() > INT64_MAX
                          ? INT64_MAX
                          : in.get<std::int64_t>();
        break;
      case json::value_t::number_float:
        node.kind = Kind::real;
        break;
      case json::value_t::array:
        node.kind = Kind::array;
        for (std::size_t i = 0; i < in.size(); ++i) {
          node.items.push_back(read(in[i], pointer + "/" + std::to_string(i), depth + 1));
        }
        break;
      case json::value_t::object:
        node.kind = Kind::table;
        for (const auto& [name, value] : in.items()) {
          TomlEntry entry{name, {}, read(value, pointer + "/" + pointer_part(name), depth + 1)};
          entry.place = entry.node.place;
          node.entries.push_back(std::move(entry));
        }
        break;
      default:
        break;
    }
    return node;
  }

 private:
  std::vector<std::string>& pointers_;
};

}  // namespace

json to_json(const TomlNode& node, Secrets secrets) {
  return convert(node, secrets, false);
}

TomlNode from_json(const json& in, std::vector<std::string>& pointers) {
  return Reading(pointers).read(in, "", 0);
}

std::string pointer_part(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace gateway::config

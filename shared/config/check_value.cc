#include "shared/config/check_value.h"

#include <fmt/format.h>

#include <algorithm>

#include "shared/base/units.h"
#include "shared/config/check_text.h"
#include "shared/config/key_text.h"
#include "shared/config/limits.h"

namespace gateway::config {
namespace {

using Kind = TomlNode::Kind;

// "must be at least 1", "must be 1", "must be from 1KiB to 1MiB"; empty when the number is within.
std::string out_of_bounds(const Key& key, std::int64_t number) {
  if (!has_bounds(key) || (number >= key.min && number <= key.max)) return {};
  if (key.min == key.max) return fmt::format("must be {}", bound_text(key, key.min));
  return number < key.min ? fmt::format("must be at least {}", bound_text(key, key.min))
                          : fmt::format("must be at most {}", bound_text(key, key.max));
}

class ValueCheck {
 public:
  ValueCheck(const KeyNode& schema, const KeyPath& path, Report& report)
      : schema_(schema), key_(*schema.key), path_(path), report_(report) {}

  std::optional<CheckedValue> run(TomlNode& node) {
    CheckedValue value{&schema_, node.place, 0, {}, {}, {}, {}};
    if (!fill(node, value)) return std::nullopt;
    return value;
  }

 private:
  bool fill(TomlNode& node, CheckedValue& value) {
    switch (key_.type) {
      case KeyType::boolean:
        if (node.kind != Kind::boolean) return wrong_type(node);
        value.number = node.number;
        return true;
      case KeyType::integer:
        if (node.kind != Kind::integer) return wrong_type(node);
        value.number = node.number;
        return within_bounds(node, value.number);
      case KeyType::integer_or_choice:
        if (node.kind == Kind::text) return take_text(node, value);
        if (node.kind != Kind::integer) return wrong_type(node);
        value.number = node.number;
        return within_bounds(node, value.number);
      case KeyType::duration:
        if (node.kind != Kind::text) return wrong_type(node);
        return read_duration(node, value);
      case KeyType::size:
        if (node.kind != Kind::text) return wrong_type(node);
        return read_size(node, value);
      case KeyType::texts:
      case KeyType::choices:
      case KeyType::networks:
      case KeyType::methods:
        return read_list(node, value);
      case KeyType::choices_or_one:
        return read_one_or_list(node, value);
      case KeyType::integer_map:
        if (node.kind != Kind::table) return wrong_type(node);
        return read_numbers(node, value);
      case KeyType::text_map:
        if (node.kind != Kind::table) return wrong_type(node);
        return read_map(node, value);
      case KeyType::choice_or_map:
        if (node.kind == Kind::table) return read_map(node, value);
        [[fallthrough]];
      default:
        if (node.kind != Kind::text) return wrong_type(node);
        return take_text(node, value);
    }
  }

  bool wrong_type(const TomlNode& node) {
    report_wrong_type(node, key_, path_, report_);
    return false;
  }

  bool within_bounds(const TomlNode& node, std::int64_t number) {
    const std::string complaint = out_of_bounds(key_, number);
    if (complaint.empty()) return true;
    report_.error("out-of-range", node.place, fmt::format("{} {}", path_.str(), complaint));
    return false;
  }

  bool read_duration(const TomlNode& node, CheckedValue& value) {
    const auto duration = parse_duration(node.text);
    if (!duration) {
      report_.error("bad-duration", node.place,
                    fmt::format("{}: \"{}\" is not a duration", path_.str(), node.text),
                    "expected a whole number and ms, s, m, h or d, as \"30s\"");
      return false;
    }
    value.number = duration->count();
    return within_bounds(node, value.number);
  }

  bool read_size(const TomlNode& node, CheckedValue& value) {
    const auto size = parse_size(node.text);
    if (!size) {
      report_.error("bad-size", node.place,
                    fmt::format("{}: \"{}\" is not a size", path_.str(), node.text),
                    "expected a whole number and B, KiB, MiB, GiB or TiB, as \"32KiB\"");
      return false;
    }
    value.number = static_cast<std::int64_t>(*size);
    return within_bounds(node, value.number);
  }

  bool take_text(TomlNode& node, CheckedValue& value) {
    if (!check_text({node.text, node.place, schema_, path_}, report_)) return false;
    value.text = std::move(node.text);
    return true;
  }

  bool read_list(TomlNode& node, CheckedValue& value) {
    if (node.kind != Kind::array) return wrong_type(node);
    if (node.items.size() > kMaxListItems) {
      report_.error("out-of-range", node.place,
                    fmt::format("{} must hold at most {} items", path_.str(), kMaxListItems));
      return false;
    }
    bool good = true;
    value.list.reserve(node.items.size());
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      TomlNode& item = node.items[i];
      if (item.kind == Kind::refused) continue;
      const KeyPath item_path{path_.parent, path_.name, i};
      if (item.kind != Kind::text) {
        report_.error(
            "wrong-type", item.place,
            fmt::format("{} must be a string, not {}", item_path.str(), kind_name(item.kind)));
        good = false;
      } else if (check_text({item.text, item.place, schema_, item_path}, report_)) {
        value.list.push_back({std::move(item.text), item.place});
      } else {
        good = false;
      }
    }
    return good;
  }

  bool read_one_or_list(TomlNode& node, CheckedValue& value) {
    if (node.kind == Kind::text) {
      if (!take_text(node, value)) return false;
      value.list.push_back({std::move(value.text), node.place});
      return true;
    }
    if (node.kind == Kind::array && node.items.empty()) {
      report_.error("out-of-range", node.place, fmt::format("{} must not be empty", path_.str()));
      return false;
    }
    return read_list(node, value);
  }

  bool read_numbers(TomlNode& node, CheckedValue& value) {
    bool good = true;
    for (const TomlEntry& entry : node.entries) {
      if (entry.node.kind == Kind::refused) continue;
      const KeyPath entry_path{&path_, entry.name, {}};
      if (entry.node.kind != Kind::integer) {
        report_.error("wrong-type", entry.node.place,
                      fmt::format("{} must be an integer, not {}", entry_path.str(),
                                  kind_name(entry.node.kind)));
        good = false;
      } else if (const std::string complaint = out_of_bounds(key_, entry.node.number);
                 !complaint.empty()) {
        report_.error("out-of-range", entry.node.place,
                      fmt::format("{} {}", entry_path.str(), complaint));
        good = false;
      } else {
        value.numbers.push_back({entry.name, entry.node.number, entry.place});
      }
    }
    return good;
  }

  bool read_map(TomlNode& node, CheckedValue& value) {
    bool good = true;
    if (node.entries.size() > kMaxListItems) {
      report_.error("out-of-range", node.place,
                    fmt::format("{} must hold at most {} items", path_.str(), kMaxListItems));
      return false;
    }
    for (TomlEntry& entry : node.entries) {
      if (entry.node.kind == Kind::refused) continue;
      const KeyPath entry_path{&path_, entry.name, {}};
      if (entry.node.kind != Kind::text) {
        report_.error("wrong-type", entry.node.place,
                      fmt::format("{} must be a string, not {}", entry_path.str(),
                                  kind_name(entry.node.kind)));
        good = false;
      } else if (check_plain_text({entry.node.text, entry.node.place, schema_, entry_path},
                                  report_)) {
        value.map.push_back({entry.name, std::move(entry.node.text), entry.node.place});
      } else {
        good = false;
      }
    }
    return good;
  }

  const KeyNode& schema_;
  const Key& key_;
  const KeyPath& path_;
  Report& report_;
};

}  // namespace

std::optional<CheckedValue> check_value(TomlNode& node, const KeyNode& schema, const KeyPath& path,
                                        Report& report) {
  return ValueCheck(schema, path, report).run(node);
}

void report_wrong_type(const TomlNode& node, const Key& key, const KeyPath& path, Report& report) {
  const std::string sample = example(key);
  report.error(
      "wrong-type", node.place,
      fmt::format("{} must be {}, not {}", path.str(), type_phrase(key.type), kind_name(node.kind)),
      sample.empty() ? std::string() : fmt::format("expected, for example, {}", sample));
}

}  // namespace gateway::config

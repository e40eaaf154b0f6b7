#pragma once

#include <optional>

#include "shared/config/checked.h"
#include "shared/config/key_path.h"
#include "shared/config/report.h"
#include "shared/config/toml_tree.h"

namespace gateway::config {

// Checks one value that is no table of keys against the type, bounds and choices of its key. Takes
// the strings out of `node`. Nothing when it is not acceptable; `report` then says why.
std::optional<CheckedValue> check_value(TomlNode& node, const KeyNode& schema, const KeyPath& path,
                                        Report& report);

// Says that `path` wants another type than it was given.
void report_wrong_type(const TomlNode& node, const Key& key, const KeyPath& path, Report& report);

}  // namespace gateway::config

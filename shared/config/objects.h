#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shared/config/model.h"
#include "shared/config/toml_tree.h"

namespace gateway::config {

// A table that the author gave a name, as its file spells it: without defaults, variables unread.
struct NamedObject {
  std::string name;
  TomlNode node;
  std::string file;
  std::uint32_t line = 0;
};

// Those of a section ("routes") in the order of the files, which must be a config that serves.
std::vector<NamedObject> read_objects(const std::vector<SourceFile>& files,
                                      std::string_view section);

}  // namespace gateway::config

#include "shared/config/objects.h"

#include <utility>

#include "shared/config/report.h"
#include "shared/config/toml_parse.h"

namespace gateway::config {

std::vector<NamedObject> read_objects(const std::vector<SourceFile>& files,
                                      std::string_view section) {
  std::vector<NamedObject> objects;
  Report report(files);
  for (std::size_t i = 0; i < files.size(); ++i) {
    auto root = parse_toml(files[i].text, static_cast<std::uint32_t>(i), report);
    if (!root) continue;
    for (TomlEntry& entry : root->entries) {
      if (entry.name != section) continue;
      for (TomlEntry& object : entry.node.entries) {
        const std::uint32_t line = object.node.place.line;
        objects.push_back({std::move(object.name), std::move(object.node), files[i].path, line});
      }
    }
  }
  return objects;
}

}  // namespace gateway::config

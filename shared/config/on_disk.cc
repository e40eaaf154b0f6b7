#include <algorithm>

#include "shared/config/files.h"
#include "shared/config/load.h"

namespace gateway::config {
namespace {

bool says(const std::string& path, const std::string& text) {
  const auto read = read_file(path);
  return read && *read == text;
}

}  // namespace

bool is_on_disk(const Config& config, const std::string& path) {
  const std::vector<SourceFile>& files = config.files;
  if (files.empty() || !says(path, files.front().text)) return false;
  for (std::size_t i = 1; i < files.size(); ++i) {
    if (!says(files[i].path, files[i].text)) return false;
  }
  return std::all_of(config.include.begin(), config.include.end(), [&](const std::string& pattern) {
    const auto found = find_files(path, pattern);
    return found && std::all_of(found->begin(), found->end(), [&](const std::string& one) {
             return same_file(one, path) ||
                    std::any_of(files.begin() + 1, files.end(), [&](const SourceFile& file) {
                      return file.path == one || same_file(file.path, one);
                    });
           });
  });
}

}  // namespace gateway::config

#include "shared/config/source_files.h"

#include <algorithm>

namespace gateway::config {
namespace {

// Among those that are included.
const SourceFile* find_included(const std::vector<SourceFile>& files, const std::string& path) {
  const auto begin = files.begin() + (files.empty() ? 0 : 1);
  const auto found =
      std::find_if(begin, files.end(), [&](const SourceFile& file) { return file.path == path; });
  return found == files.end() ? nullptr : &*found;
}

}  // namespace

std::vector<std::string> differing_files(const std::vector<SourceFile>& from,
                                         const std::vector<SourceFile>& to) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < to.size(); ++i) {
    const SourceFile* same = i > 0          ? find_included(from, to[i].path)
                             : from.empty() ? nullptr
                                            : &from.front();
    if (same == nullptr || same->text != to[i].text) names.push_back(to[i].path);
  }
  for (std::size_t i = 1; i < from.size(); ++i) {
    if (find_included(to, from[i].path) == nullptr) names.push_back(from[i].path);
  }
  return names;
}

std::string foreign_file(const Candidate& candidate, const std::vector<SourceFile>& read) {
  for (std::size_t i = 1; i < read.size(); ++i) {
    const bool known =
        std::any_of(candidate.included.begin(), candidate.included.end(),
                    [&](const SourceFile& file) { return file.path == read[i].path; });
    if (!known) return read[i].path;
  }
  return {};
}

std::vector<SourceFile> files_of(const Candidate& candidate) {
  std::vector<SourceFile> files{{candidate.path, candidate.text}};
  files.insert(files.end(), candidate.included.begin(), candidate.included.end());
  return files;
}

std::string folder_prefix(const std::string& path) {
  return path.substr(0, path.rfind('/') + 1);  // npos + 1 is 0
}

}  // namespace gateway::config

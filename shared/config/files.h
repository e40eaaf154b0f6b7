#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shared/base/result.h"

namespace gateway::config {

// Why a file could not be read; for a person.
struct Unreadable {
  std::string reason;
};

// The bytes of a file of at most kMaxFileSize, without a byte order mark.
Result<std::string, Unreadable> read_file(const std::string& path);

// Files that match a glob pattern, in lexical order of their bytes. A relative pattern starts in
// the folder of `including`, and so do the paths in the answer.
Result<std::vector<std::string>, Unreadable> find_files(const std::string& including,
                                                        const std::string& pattern);

// Whether find_files() would find `path` if a file stood there.
bool would_find(const std::string& including, const std::string& pattern, const std::string& path);

// Whether the text asks for more than one file.
bool is_glob(std::string_view pattern);

// Whether both paths lead to the same file.
bool same_file(const std::string& a, const std::string& b);

}  // namespace gateway::config

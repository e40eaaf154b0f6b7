#include "shared/config/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fnmatch.h>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "shared/base/descriptor.h"
#include "shared/base/units.h"
#include "shared/config/limits.h"

namespace gateway::config {
namespace {

Unreadable failure(int error) {
  return {std::strerror(error)};
}

// A folder that is not there matches nothing; one that may not be read must not look empty.
int stop_unless_missing(const char*, int error) {
  return error == ENOENT || error == ENOTDIR ? 0 : 1;
}

// The folder of `path` with its slash, with what glob(3) would take for a pattern escaped.
std::string escaped_folder(const std::string& path) {
  std::string folder;
  const std::size_t slash = path.rfind('/');
  for (const char c : std::string_view(path).substr(0, slash + 1)) {  // npos + 1 is 0
    if (std::strchr("*?[]\\", c) != nullptr) folder += '\\';
    folder += c;
  }
  return folder;
}

std::string whole_pattern(const std::string& including, const std::string& pattern) {
  return pattern.front() == '/' ? pattern : escaped_folder(including) + pattern;
}

}  // namespace

Result<std::string, Unreadable> read_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (file.get() < 0) return failure(errno);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return failure(errno);
  std::string text;
  if (S_ISREG(status.st_mode) && status.st_size > 0) {
    text.reserve(std::min(static_cast<std::size_t>(status.st_size) + 1, kMaxFileSize + 1));
  }
  char buffer[64 << 10];
  while (true) {
    const ssize_t got = ::read(file.get(), buffer, sizeof(buffer));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failure(errno);
    if (got == 0) break;
    text.append(buffer, static_cast<std::size_t>(got));
    if (text.size() > kMaxFileSize) {
      return Unreadable{fmt::format("it is longer than {}", format_size(kMaxFileSize))};
    }
  }
  if (text.compare(0, 3, "\xef\xbb\xbf") == 0) text.erase(0, 3);
  return text;
}

Result<std::vector<std::string>, Unreadable> find_files(const std::string& including,
                                                        const std::string& pattern) {
  const std::string whole = whole_pattern(including, pattern);
  glob_t found{};
  const int result = ::glob(whole.c_str(), GLOB_NOSORT, stop_unless_missing, &found);
  std::vector<std::string> paths(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  if (result == GLOB_ABORTED) return Unreadable{"a folder on its way cannot be read"};
  if (result == GLOB_NOSPACE) return failure(ENOMEM);
  std::sort(paths.begin(), paths.end());
  return paths;
}

bool would_find(const std::string& including, const std::string& pattern, const std::string& path) {
  return ::fnmatch(whole_pattern(including, pattern).c_str(), path.c_str(),
                   FNM_PATHNAME | FNM_PERIOD) == 0;
}

bool is_glob(std::string_view pattern) {
  return pattern.find_first_of("*?[") != std::string_view::npos;
}

bool same_file(const std::string& a, const std::string& b) {
  struct stat first {};
  struct stat second {};
  return ::stat(a.c_str(), &first) == 0 && ::stat(b.c_str(), &second) == 0 &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

}  // namespace gateway::config

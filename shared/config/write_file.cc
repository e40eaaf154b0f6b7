#include "shared/config/write_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <vector>

#include "shared/base/descriptor.h"

namespace gateway::config {
namespace {

constexpr mode_t kNewFileMode = 0640;
constexpr char kSuffix[] = ".gatewayd";
constexpr char kAccessList[] = "system.posix_acl_access";
constexpr std::size_t kMaxAccessList = 64 << 10;  // XATTR_SIZE_MAX

struct Free {
  void operator()(char* text) const { std::free(text); }
};

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

Unwritable failure(std::string_view what) {
  return {fmt::format("{}: {}", what, std::strerror(errno))};
}

// `path` without symbolic links; nothing (and errno) when it cannot be followed to its end.
std::optional<std::string> resolved(const std::string& path) {
  const std::unique_ptr<char, Free> found(::realpath(path.c_str(), nullptr));
  if (!found) return std::nullopt;
  return std::string(found.get());
}

struct Target {
  std::string folder;
  std::string name;
  std::string path() const { return (folder == "/" ? "" : folder) + "/" + name; }
};

Target split(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return {".", path};
  return {slash == 0 ? "/" : path.substr(0, slash), path.substr(slash + 1)};
}

// Where the file itself stands, or shall.
Result<Target, Unwritable> find_target(const std::string& path) {
  if (const auto found = resolved(path)) return split(*found);
  if (errno != ENOENT) return failure("it cannot be found");
  struct stat link {};
  if (::lstat(path.c_str(), &link) == 0) {
    return Unwritable{"it is a symbolic link that leads to no file; write its target first"};
  }
  Target target = split(path);
  if (target.name.empty() || target.name == "." || target.name == "..") {
    return Unwritable{"it names no file"};
  }
  const auto folder = resolved(target.folder);
  if (!folder) return failure("its folder cannot be found");
  target.folder = *folder;
  return target;
}

// A file beside the target that becomes it, or is removed. Locked for as long as it is written, so
// that others can tell it from one whose writer was killed.
class Draft {
 public:
  Draft(int folder, const Target& target) : folder_(folder), prefix_("." + target.name + ".") {}
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  ~Draft() {
    if (file_ && !name_.empty()) ::unlinkat(folder_, name_.c_str(), 0);
  }

  // False, with errno.
  bool create(const Target& target) {
    std::string path = fmt::format("{}/{}XXXXXX{}", target.folder, prefix_, kSuffix);
    const int fd = ::mkostemps(path.data(), sizeof(kSuffix) - 1, O_CLOEXEC);
    if (fd < 0) return false;
    file_.emplace(fd);
    name_ = path.substr(path.rfind('/') + 1);
    return ::flock(fd, LOCK_EX) == 0;
  }

  bool write(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t sent = ::write(file_->get(), text.data(), text.size());
      if (sent < 0 && errno == EINTR) continue;
      if (sent < 0) return false;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return ::fsync(file_->get()) == 0;
  }

  // Gives it what the file it replaces has.
  bool dress_as(const struct stat& old, int old_file) const {
    const int fd = file_->get();
    struct stat own {};
    if (::fstat(fd, &own) != 0) return false;
    if ((own.st_uid != old.st_uid || own.st_gid != old.st_gid) &&
        ::fchown(fd, old.st_uid, old.st_gid) != 0) {
      return false;
    }
    return ::fchmod(fd, old.st_mode & 07777) == 0 && copy_access_list(old_file);
  }
  bool dress_as_new() const { return ::fchmod(file_->get(), kNewFileMode) == 0; }

  bool become(const std::string& name) {
    if (::renameat(folder_, name_.c_str(), folder_, name.c_str()) != 0) return false;
    name_.clear();
    return true;
  }

  // Those whose writer lives are locked, and those of other users cannot be opened: both stay.
  void remove_leftovers(const std::string& folder) const {
    const std::unique_ptr<DIR, CloseFolder> entries(::opendir(folder.c_str()));
    if (!entries) return;
    while (const dirent* entry = ::readdir(entries.get())) {
      const std::string_view name = entry->d_name;
      if (name.size() != prefix_.size() + 6 + sizeof(kSuffix) - 1) continue;
      if (!name.starts_with(prefix_) || !name.ends_with(kSuffix) || name == name_) continue;
      const Descriptor left(::openat(folder_, entry->d_name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
      if (left.get() < 0 || ::flock(left.get(), LOCK_EX | LOCK_NB) != 0) continue;
      ::unlinkat(folder_, entry->d_name, 0);
    }
  }

 private:
  bool copy_access_list(int old_file) const {
    std::vector<char> list(kMaxAccessList);
    const ssize_t size = ::fgetxattr(old_file, kAccessList, list.data(), list.size());
    // Without one, or on a file system that has none, mode and owner say all.
    if (size < 0) return errno == ENODATA || errno == ENOTSUP;
    return ::fsetxattr(file_->get(), kAccessList, list.data(), static_cast<std::size_t>(size), 0) ==
           0;
  }

  int folder_;
  std::string prefix_;
  std::string name_;  // empty: there is none (any more)
  std::optional<Descriptor> file_;
};

}  // namespace

Result<Written, Unwritable> write_file(const std::string& path, std::string_view text) {
  const auto target = find_target(path);
  if (!target) return target.error();
  const Descriptor folder(::open(target->folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0) return failure("its folder cannot be opened");
  const Descriptor old(::openat(folder.get(), target->name.c_str(),
                                O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK));
  if (old.get() < 0 && errno != ENOENT) return failure("it cannot be opened");
  struct stat status {};
  if (old.get() >= 0) {
    if (::fstat(old.get(), &status) != 0) return failure("it cannot be looked at");
    if (!S_ISREG(status.st_mode)) return Unwritable{"it is no regular file"};
  }

  Draft draft(folder.get(), *target);
  if (!draft.create(*target)) {
    return failure(fmt::format("no file can be written beside it, in {}", target->folder));
  }
  draft.remove_leftovers(target->folder);
  if (!(old.get() >= 0 ? draft.dress_as(status, old.get()) : draft.dress_as_new())) {
    return failure("the new file cannot be given the owner and mode of the old one");
  }
  if (!draft.write(text)) return failure(fmt::format("writing in {}", target->folder));
  if (!draft.become(target->name)) return failure("it cannot be replaced");
  if (::fsync(folder.get()) != 0) {
    Unwritable unsafe = failure("it was replaced, but its folder cannot be written to the disk");
    unsafe.replaced = true;
    return unsafe;
  }
  return Written{target->path()};
}

}  // namespace gateway::config

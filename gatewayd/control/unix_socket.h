#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include <atomic>
#include <optional>
#include <string>

#include "shared/base/descriptor.h"
#include "shared/base/result.h"

namespace gateway::control {

struct SocketError {
  std::string message;  // what, where, why, what to do
};

// A listening Unix socket at `path`: non-blocking, mode 0660, never more open in between. A socket
// file that nobody listens on any more is replaced; one that answers, or another kind of file, is
// refused. It belongs to group kAdminGroup where this process is a member of it, else to the
// process's own. `type`: SOCK_STREAM or SOCK_SEQPACKET.
Result<Descriptor, SocketError> listen_unix(const std::string& path, int type = SOCK_STREAM);

inline constexpr char kAdminGroup[] = "gatewayd-admin";

// The group of this name, if this process is a member of it.
std::optional<gid_t> group_joined(const char* name);

// Behind the path of a socket that is to take another's place.
inline constexpr char kBeside[] = ".new";

// The file of a listening socket, which goes when this does, unless somebody else's stands there by
// then.
class SocketFile {
 public:
  explicit SocketFile(std::string path);  // listen_unix has made it
  ~SocketFile();
  SocketFile(const SocketFile&) = delete;
  SocketFile& operator=(const SocketFile&) = delete;

  // Puts it in the place of what is at `path`, at once: whoever connects finds one or the other.
  // False, with errno set, when the file system refuses.
  bool move_to(const std::string& path);
  // Whether it is left where it is.
  void keep(bool kept) { kept_ = kept; }

 private:
  std::string path_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
  std::atomic<bool> kept_ = false;
};

// Who is at the other end (SO_PEERCRED): the user's name, "uid:1234" when it has none.
std::string peer_name(int fd);

}  // namespace gateway::control

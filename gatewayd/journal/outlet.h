#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "shared/base/result.h"

namespace gateway::journal {

// Why lines cannot be written somewhere: what, where, why, what to do next.
struct LogError {
  std::string message;
};

// A descriptor that lines are written to, by one thread that can be called off from a target which
// does not take them.
class Outlet {
 public:
  Outlet(int fd, bool owned) : fd_(fd), owned_(owned) {}
  Outlet(Outlet&& other) noexcept;
  Outlet& operator=(Outlet&& other) noexcept;
  ~Outlet();  // closes what it owns

  // The file at `path`, for appending, made 0640 when there is none. `key`: the config's, for the
  // error.
  static Result<Outlet, LogError> open_file(const std::string& path, std::string_view key);

  // Writes all of `lines`: to a file at once, so that two processes do not mix within a line; else
  // in parts that a pipe takes whole. `give_up` is asked every kPatience while the target takes
  // nothing. False: it was given up, or the target failed.
  bool write(std::string_view lines, const std::function<bool()>& give_up);

 private:
  bool wait_for_room(const std::function<bool()>& give_up) const;

  int fd_;
  bool owned_;
};

}  // namespace gateway::journal

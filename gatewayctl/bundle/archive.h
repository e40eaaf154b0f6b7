#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "shared/base/clock.h"
#include "shared/base/result.h"

namespace gateway::ctl {

// A tar archive compressed with gzip, written file by file. One thread.
class Archive {
 public:
  // Makes the file at `path`, readable by its owner alone; there must be none yet. The error says
  // what, where and why.
  static Result<Archive, std::string> create(const std::string& path);
  Archive(Archive&&) noexcept;
  ~Archive();  // what was not closed is deleted again

  // "" or why it cannot be written.
  std::string add(const std::string& name, std::string_view content, UnixMicros time);
  std::string close();

 private:
  struct State;
  explicit Archive(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace gateway::ctl

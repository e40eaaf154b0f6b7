#include "gatewayctl/bundle/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace gateway::ctl {

struct Archive::State {
  std::string path;
  int fd = -1;
  struct archive* out = nullptr;

  State(std::string where, int descriptor)
      : path(std::move(where)), fd(descriptor), out(::archive_write_new()) {}
  ~State() {
    if (out != nullptr) {  // not closed
      ::archive_write_fail(out);
      ::archive_write_free(out);
      ::unlink(path.c_str());
    }
    ::close(fd);
  }
  std::string failure() const {
    const char* why = ::archive_error_string(out);
    return fmt::format("cannot write {}: {}", path, why != nullptr ? why : std::strerror(errno));
  }
};

Result<Archive, std::string> Archive::create(const std::string& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) {
    return fmt::format("cannot make {}: {}; name another file with --file", path,
                       std::strerror(errno));
  }
  auto state = std::make_unique<State>(path, fd);
  ::archive_write_add_filter_gzip(state->out);
  ::archive_write_set_format_pax_restricted(state->out);
  if (::archive_write_open_fd(state->out, fd) != ARCHIVE_OK) return state->failure();
  return Archive(std::move(state));
}

Archive::Archive(std::unique_ptr<State> state) : state_(std::move(state)) {}
Archive::Archive(Archive&&) noexcept = default;
Archive::~Archive() = default;

std::string Archive::add(const std::string& name, std::string_view content, UnixMicros time) {
  const std::unique_ptr<archive_entry, decltype(&::archive_entry_free)> entry(::archive_entry_new(),
                                                                              ::archive_entry_free);
  ::archive_entry_set_pathname(entry.get(), name.c_str());
  ::archive_entry_set_size(entry.get(), static_cast<la_int64_t>(content.size()));
  ::archive_entry_set_filetype(entry.get(), AE_IFREG);
  ::archive_entry_set_perm(entry.get(), 0600);
  ::archive_entry_set_mtime(entry.get(), time / 1'000'000, 0);
  if (::archive_write_header(state_->out, entry.get()) != ARCHIVE_OK) return state_->failure();
  const la_ssize_t written = ::archive_write_data(state_->out, content.data(), content.size());
  return written == static_cast<la_ssize_t>(content.size()) ? "" : state_->failure();
}

std::string Archive::close() {
  const bool good = ::archive_write_close(state_->out) == ARCHIVE_OK;
  if (!good) return state_->failure();
  ::archive_write_free(std::exchange(state_->out, nullptr));
  return ::fsync(state_->fd) == 0
             ? ""
             : fmt::format("cannot write {}: {}", state_->path, std::strerror(errno));
}

}  // namespace gateway::ctl

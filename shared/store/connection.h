#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <string>

#include "shared/base/result.h"
#include "shared/store/open_error.h"

namespace SQLite {
class Database;
}

namespace gateway::store {

// The descriptor that holds a lock on the database file while it is open for writing, so that two
// daemons never write the same one.
class FileLock {
 public:
  // Creates the file when there is none (0640).
  static Result<FileLock, OpenError> take(const std::string& path);
  // The lock that another process handed over with its descriptor, which this takes; it is theirs
  // as well until they close theirs. If it is none on the file at `path`, one is taken.
  static Result<FileLock, OpenError> adopt(int fd, const std::string& path);
  int fd() const { return fd_; }
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_;
};

// Connections of this store. They throw SQLite::Exception. A writer is set up only once the schema
// is known to be ours: the settings change the file.
std::unique_ptr<SQLite::Database> connect_writer(const std::string& path);
void set_up_writer(SQLite::Database& db);
// Once it is open it waits for nobody long: rows queue behind it.
void set_running(SQLite::Database& db);
std::unique_ptr<SQLite::Database> connect_reader(const std::string& path);

// What to tell a person about a failure of the file at `path`.
OpenError explain(const std::string& path, const std::exception& failure);

// Bytes of the file, 0 when there is none.
std::uint64_t file_size(const std::string& path);

}  // namespace gateway::store

#include "shared/store/connection.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace gateway::store {
namespace {

// How long a writer waits for another program's lock (a person's sqlite3 shell), and a reader for
// the moment in which a log is being set up or recovered.
constexpr int kBusyTimeoutMs = 1000;

// How long one that opens the log waits: the gateway whose place it takes writes all the time, and
// sqlite's waiters do not queue.
constexpr int kOpenTimeoutMs = 5000;

// 8 KiB holds some 70 rows: half the writes and a shallower tree than with 4 KiB, while the last
// page, written again in every transaction, stays cheap.
constexpr const char* kNewFile = "PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL;";

constexpr const char* kWriterSettings = R"sql(
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA cache_size = -4096;
PRAGMA temp_store = MEMORY;
PRAGMA wal_autocheckpoint = 2048;
PRAGMA journal_size_limit = 16777216;
)sql";

// SQLite counts what memory it holds under a lock, several times a row, and nobody asks for it. Only
// before the process's first connection can it be told; later it changes nothing.
void leave_memory_uncounted() {
  [[maybe_unused]] static const int code = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

}  // namespace

Result<FileLock, OpenError> FileLock::take(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) {
    return OpenError{
        fmt::format("cannot open the database {}: it is a {}; set [store] path to a file", path,
                    S_ISDIR(info.st_mode) ? "directory" : "special file"),
        false};
  }
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (fd < 0) {
    const int why = errno;
    const char* next = why == ENOENT ? "create its folder"
                       : why == EROFS
                           ? "set [store] path to a file on a writable file system"
                           : "let the user gatewayd runs as write the file and its folder";
    return OpenError{
        fmt::format("cannot open the database {}: {}; {}", path, std::strerror(why), next), false};
  }
  FileLock lock(fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    return OpenError{fmt::format("cannot open the database {}: another gatewayd writes it; stop "
                                 "that one, or set [store] path to another file",
                                 path),
                     false};
  }
  return lock;
}

Result<FileLock, OpenError> FileLock::adopt(int fd, const std::string& path) {
  struct stat held {};
  struct stat file {};
  const bool same = ::fstat(fd, &held) == 0 && ::stat(path.c_str(), &file) == 0 &&
                    held.st_dev == file.st_dev && held.st_ino == file.st_ino;
  // Taking it again does nothing for its holder, and tells whether it is one.
  if (same && ::flock(fd, LOCK_EX | LOCK_NB) == 0) return FileLock(fd);
  ::close(fd);
  return take(path);
}

FileLock::FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

FileLock::~FileLock() {
  if (fd_ >= 0) ::close(fd_);
}

std::unique_ptr<SQLite::Database> connect_writer(const std::string& path) {
  leave_memory_uncounted();
  auto db = std::make_unique<SQLite::Database>(
      path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_NOMUTEX | SQLite::OPEN_URI,
      kOpenTimeoutMs);
  if (file_size(path) == 0) db->exec(kNewFile);
  return db;
}

void set_up_writer(SQLite::Database& db) {
  db.exec(kWriterSettings);
}

void set_running(SQLite::Database& db) {
  db.setBusyTimeout(kBusyTimeoutMs);
}

std::unique_ptr<SQLite::Database> connect_reader(const std::string& path) {
  leave_memory_uncounted();
  auto db = std::make_unique<SQLite::Database>(path, SQLite::OPEN_READONLY | SQLite::OPEN_NOMUTEX,
                                               kBusyTimeoutMs);
  db->exec("PRAGMA query_only = 1; PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY;");
  return db;
}

OpenError explain(const std::string& path, const std::exception& failure) {
  const auto* sqlite = dynamic_cast<const SQLite::Exception*>(&failure);
  const char* next = "see the message, then start gatewayd again";
  switch (sqlite ? sqlite->getErrorCode() : 0) {
    case SQLITE_NOTADB:
      next = "set [store] path to another file, or move this one away";
      break;
    case SQLITE_CORRUPT:
      next = "move it away (a new one is made), or repair it with `sqlite3 FILE .recover`";
      break;
    case SQLITE_FULL:
      next = "make room on its file system";
      break;
    case SQLITE_BUSY:
      next = "another program holds a lock on it: close that program";
      break;
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      next = "check that it exists and that the file and its folder are writable to this user";
      break;
    case SQLITE_IOERR:
      next = "check the disk (dmesg) and its free space";
      break;
    default:
      break;
  }
  return {fmt::format("cannot use the database {}: {}; {}", path, failure.what(), next), false};
}

std::uint64_t file_size(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
}

}  // namespace gateway::store

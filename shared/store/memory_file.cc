#include "shared/store/memory_file.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace gateway::store {

struct MemoryFile::Vfs {
  sqlite3_vfs base;
  std::string name;
  std::span<const std::uint8_t> bytes;
};

namespace {

struct File {
  sqlite3_file base;
  std::span<const std::uint8_t> bytes;
};

int close(sqlite3_file*) {
  return SQLITE_OK;
}

int read(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
  const auto bytes = reinterpret_cast<File*>(file)->bytes;
  const auto wanted = static_cast<std::size_t>(size);
  const std::size_t from = std::min(static_cast<std::size_t>(offset), bytes.size());
  const std::size_t there = std::min(wanted, bytes.size() - from);
  std::memcpy(out, bytes.data() + from, there);
  if (there == wanted) return SQLITE_OK;
  std::memset(static_cast<char*>(out) + there, 0, wanted - there);
  return SQLITE_IOERR_SHORT_READ;
}

int file_size(sqlite3_file* file, sqlite3_int64* out) {
  *out = static_cast<sqlite3_int64>(reinterpret_cast<File*>(file)->bytes.size());
  return SQLITE_OK;
}

int write(sqlite3_file*, const void*, int, sqlite3_int64) {
  return SQLITE_READONLY;
}

int truncate(sqlite3_file*, sqlite3_int64) {
  return SQLITE_READONLY;
}

// Nobody else has the file.
int nothing(sqlite3_file*, int) {
  return SQLITE_OK;
}

int check_reserved_lock(sqlite3_file*, int* out) {
  *out = 0;
  return SQLITE_OK;
}

int file_control(sqlite3_file*, int, void*) {
  return SQLITE_NOTFOUND;
}

int sector_size(sqlite3_file*) {
  return 4096;
}

int device_characteristics(sqlite3_file*) {
  return 0;
}

constexpr sqlite3_io_methods kMethods = [] {
  sqlite3_io_methods methods{};
  methods.iVersion = 1;
  methods.xClose = close;
  methods.xRead = read;
  methods.xWrite = write;
  methods.xTruncate = truncate;
  methods.xSync = nothing;
  methods.xFileSize = file_size;
  methods.xLock = nothing;
  methods.xUnlock = nothing;
  methods.xCheckReservedLock = check_reserved_lock;
  methods.xFileControl = file_control;
  methods.xSectorSize = sector_size;
  methods.xDeviceCharacteristics = device_characteristics;
  return methods;
}();

// There are no journals beside it.
int access(sqlite3_vfs*, const char*, int, int* out) {
  *out = 0;
  return SQLITE_OK;
}

int remove(sqlite3_vfs*, const char*, int) {
  return SQLITE_READONLY;
}

int full_pathname(sqlite3_vfs*, const char* name, int size, char* out) {
  sqlite3_snprintf(size, out, "%s", name);
  return SQLITE_OK;
}

}  // namespace

MemoryFile::MemoryFile(std::span<const std::uint8_t> bytes) : vfs_(std::make_unique<Vfs>()) {
  const sqlite3_vfs* system = sqlite3_vfs_find(nullptr);
  if (system == nullptr) throw std::runtime_error("SQLite knows no file system");
  vfs_->base = *system;  // clock, random numbers and sleeping are the system's
  vfs_->name = fmt::format("memory-{}", fmt::ptr(this));
  vfs_->bytes = bytes;
  sqlite3_vfs& base = vfs_->base;
  base.szOsFile = sizeof(File);
  base.pNext = nullptr;
  base.zName = vfs_->name.c_str();
  base.xDelete = remove;
  base.xAccess = access;
  base.xFullPathname = full_pathname;
  base.xOpen = [](sqlite3_vfs* vfs, const char*, sqlite3_file* out, int flags, int* out_flags) {
    auto* file = reinterpret_cast<File*>(out);
    file->base.pMethods = nullptr;
    if ((flags & SQLITE_OPEN_MAIN_DB) == 0) return SQLITE_CANTOPEN;
    file->base.pMethods = &kMethods;
    file->bytes = reinterpret_cast<Vfs*>(vfs)->bytes;
    if (out_flags != nullptr) *out_flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB;
    return SQLITE_OK;
  };
  if (sqlite3_vfs_register(&base, 0) != SQLITE_OK) {
    throw std::runtime_error("SQLite takes no file in memory");
  }
}

MemoryFile::~MemoryFile() {
  sqlite3_vfs_unregister(&vfs_->base);
}

std::string MemoryFile::uri() const {
  return fmt::format("file:batch?vfs={}&mode=ro", vfs_->name);
}

}  // namespace gateway::store

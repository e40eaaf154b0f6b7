#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace gateway::store {

// Lets SQLite read bytes in memory as a database file, through a VFS of its own
// (https://sqlite.org/vfs.html). The bytes may change while no transaction reads them, as those of
// any file may: sqlite3_deserialize would not allow that.
class MemoryFile {
 public:
  // The bytes must live, where they are, as long as this.
  explicit MemoryFile(std::span<const std::uint8_t> bytes);
  ~MemoryFile();
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  // For ATTACH by a connection that must not outlive this; read-only.
  std::string uri() const;

 private:
  struct Vfs;
  std::unique_ptr<Vfs> vfs_;
};

}  // namespace gateway::store

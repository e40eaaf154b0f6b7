#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/store/open_error.h"
#include "shared/store/reader.h"

namespace gateway::store {

class BriefConnection;

// One call of the control API that changes something, or was to.
struct AuditEntry {
  std::int64_t id = 0;
  UnixMicros time = 0;
  std::string by;       // a user of this machine, or the holder of a token
  std::string role;     // "viewer", "operator", "admin"
  std::string address;  // of a caller over TCP; empty: over the Unix socket
  std::string method;
  std::string path;
  std::uint16_t status = 0;    // that it was answered with; from 400 on nothing changed
  std::string detail;          // why not
  std::uint32_t revision = 0;  // that served afterwards
};

inline constexpr std::int64_t kMaxAuditEntries = 100'000;  // the oldest go beyond
inline constexpr std::size_t kMaxAuditText = 500;          // bytes of a path or detail; cut there
inline constexpr std::size_t kMaxAuditPage = 500;

struct AuditFilter {
  std::size_t limit = 50;   // 1 to kMaxAuditPage; clamped
  std::int64_t before = 0;  // an id; 0: from the newest on
  std::string by{};         // exact; empty: everybody
  UnixMicros since = 0;
  UnixMicros until = 0;  // exclusive; 0: no bound
};

// Who changed what, in the database of requests, over a connection of its own for a call or a few:
// opening costs about a millisecond, and changes are rare. One thread at a time.
class AuditLog {
 public:
  // The file must be there with the current schema.
  static Result<AuditLog, OpenError> open(const std::string& path);
  AuditLog(AuditLog&&) noexcept;
  ~AuditLog();

  // Returns its id.
  Result<std::int64_t, QueryError> add(const AuditEntry& entry);
  // Newest first.
  Result<std::vector<AuditEntry>, QueryError> entries(const AuditFilter& filter);

 private:
  explicit AuditLog(std::unique_ptr<BriefConnection> connection);
  std::unique_ptr<BriefConnection> connection_;
};

}  // namespace gateway::store

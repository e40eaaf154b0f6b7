#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/store/open_error.h"
#include "shared/store/reader.h"

namespace gateway::store {

class BriefConnection;

// What became of a change of the configuration. Kept in the file: values never change.
enum class ConfigVerdict : std::uint8_t {
  pending = 0,      // it is being made; after a crash: it was
  live = 1,         // it came to serve
  rejected = 2,     // it did not, and nothing changed
  rolled_back = 3,  // it served, and what served before was put back
  discarded = 4,    // never asked to serve: a file's edits that another change replaced
};
std::string_view name_of(ConfigVerdict verdict);  // "live", "rolled back", …

// One attempt to change the configuration.
struct ConfigChange {
  std::int64_t id = 0;
  UnixMicros time = 0;
  std::uint32_t revision = 0;  // 0: it never served
  std::uint32_t parent = 0;    // the revision that served before; 0: none
  std::string sha256;          // of all its files' texts, in hex
  std::string by;              // a user, "start", "SIGHUP", "gatewayd"
  std::string cause;           // "start", "reload", "apply", "rollback", …
  std::string message;         // of whoever made it
  ConfigVerdict verdict = ConfigVerdict::pending;
  std::string reason;  // why rejected or rolled back; who confirmed it
};

// A file of a config as it was: the main one first, then what it included.
struct ConfigText {
  std::string path;
  std::string text;
};

// The history of the configuration, in the database of requests, over a connection of its own, for
// one call or a few: opening costs about a millisecond, and a change of the config is rare. Kept
// are the last kMaxConfigChanges, of at most kMaxConfigBytes of texts together; the one that serves
// is never deleted. Texts are whole, as a rollback needs them, with what secrets they hold
// themselves: the file is readable by the daemon's user and group alone. One thread at a time.
class ConfigHistory {
 public:
  // The file must be there with the current schema.
  static Result<ConfigHistory, OpenError> open(const std::string& path);
  // The same for whoever only reads, and may be allowed no more.
  static Result<ConfigHistory, OpenError> open_to_read(const std::string& path);
  ConfigHistory(ConfigHistory&&) noexcept;
  ConfigHistory& operator=(ConfigHistory&&) noexcept;
  ~ConfigHistory();

  // Adds a change and returns its id. Texts of more than kMaxConfigBytes are left out.
  Result<std::int64_t, QueryError> add(const ConfigChange& change,
                                       const std::vector<ConfigText>& files);
  // Sets what became of one. `revision` 0 leaves its number.
  Result<std::int64_t, QueryError> settle(std::int64_t id, ConfigVerdict verdict,
                                          std::uint32_t revision, std::string_view reason);

  // Newest first, at most `limit`, older than `before` (an id; 0: from the newest on).
  Result<std::vector<ConfigChange>, QueryError> changes(std::size_t limit, std::int64_t before = 0);
  // The last one that served under this number, or the one of this id; none: there is none.
  Result<std::optional<ConfigChange>, QueryError> revision(std::uint32_t number);
  Result<std::optional<ConfigChange>, QueryError> change(std::int64_t id);
  // Empty when they are no longer kept.
  Result<std::vector<ConfigText>, QueryError> files(std::int64_t id);

 private:
  explicit ConfigHistory(std::unique_ptr<BriefConnection> connection);
  std::unique_ptr<BriefConnection> connection_;
};

inline constexpr std::size_t kMaxConfigChanges = 500;
inline constexpr std::uint64_t kMaxConfigBytes = 64u << 20;
inline constexpr std::size_t kMaxConfigMessage = 1000;  // bytes of a message or reason; cut there

}  // namespace gateway::store

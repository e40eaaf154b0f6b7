#include "shared/store/brief_connection.h"

#include <fmt/format.h>

#include <utility>

#include "shared/store/schema.h"

namespace gateway::store {
namespace {

// What the log's writer has left in the WAL is for it to move into the file: that takes time, which
// nobody waits for there. Pages, in case none is running.
constexpr const char* kLeaveTheLog = "PRAGMA wal_autocheckpoint = 8192";

}  // namespace

BriefConnection::BriefConnection(std::string path, std::unique_ptr<SQLite::Database> db)
    : path_(std::move(path)), db_(std::move(db)) {}

Result<std::unique_ptr<BriefConnection>, OpenError> BriefConnection::open(const std::string& path,
                                                                          Use use) {
  try {
    if (file_size(path) == 0) return OpenError{fmt::format("{} is not there", path), false};
    auto db = use == Use::write ? connect_writer(path) : connect_reader(path);
    if (auto schema = check_schema(*db, migrations()); !schema) return schema.error();
    if (use == Use::write) db->exec(kLeaveTheLog);
    return std::unique_ptr<BriefConnection>(new BriefConnection(path, std::move(db)));
  } catch (const std::exception& failure) {
    return explain(path, failure);
  }
}

}  // namespace gateway::store

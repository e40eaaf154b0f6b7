#include "shared/store/audit_log.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "shared/store/brief_connection.h"
#include "shared/store/printable.h"

namespace gateway::store {
namespace {

AuditEntry read(SQLite::Statement& row) {
  AuditEntry entry;
  entry.id = row.getColumn(0).getInt64();
  entry.time = row.getColumn(1).getInt64();
  entry.by = row.getColumn(2).getString();
  entry.role = row.getColumn(3).getString();
  entry.address = row.getColumn(4).getString();
  entry.method = row.getColumn(5).getString();
  entry.path = row.getColumn(6).getString();
  entry.status = static_cast<std::uint16_t>(row.getColumn(7).getUInt());
  entry.detail = row.getColumn(8).getString();
  entry.revision = row.getColumn(9).getUInt();
  return entry;
}

}  // namespace

Result<AuditLog, OpenError> AuditLog::open(const std::string& path) {
  auto connection = BriefConnection::open(path, BriefConnection::Use::write);
  if (!connection) return connection.error();
  return AuditLog(std::move(*connection));
}

AuditLog::AuditLog(std::unique_ptr<BriefConnection> connection)
    : connection_(std::move(connection)) {}
AuditLog::AuditLog(AuditLog&&) noexcept = default;
AuditLog::~AuditLog() = default;

Result<std::int64_t, QueryError> AuditLog::add(const AuditEntry& entry) {
  return connection_->run<std::int64_t>([&](SQLite::Database& db) {
    SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
    SQLite::Statement insert(db,
                             "INSERT INTO audit (time, by_user, role, address, method, path, "
                             "status, detail, revision) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    insert.bind(1, entry.time);
    insert.bind(2, cut(entry.by, kMaxAuditText));
    insert.bind(3, entry.role);
    insert.bind(4, entry.address);
    insert.bind(5, entry.method);
    insert.bind(6, cut(entry.path, kMaxAuditText));
    insert.bind(7, std::uint32_t{entry.status});
    insert.bind(8, cut(entry.detail, kMaxAuditText));
    insert.bind(9, entry.revision);
    insert.exec();
    const std::int64_t id = db.getLastInsertRowid();
    SQLite::Statement prune(db, "DELETE FROM audit WHERE id <= ?");
    prune.bind(1, id - kMaxAuditEntries);
    prune.exec();
    transaction.commit();
    return id;
  });
}

Result<std::vector<AuditEntry>, QueryError> AuditLog::entries(const AuditFilter& filter) {
  return connection_->run<std::vector<AuditEntry>>([&](SQLite::Database& db) {
    constexpr std::int64_t kNewest = std::numeric_limits<std::int64_t>::max();
    SQLite::Statement rows(db,
                           "SELECT id, time, by_user, role, address, method, path, status, detail, "
                           "revision FROM audit WHERE id < ?1 AND (?2 = '' OR by_user = ?2) "
                           "AND time >= ?3 AND time < ?4 ORDER BY id DESC LIMIT ?5");
    rows.bind(1, filter.before > 0 ? filter.before : kNewest);
    rows.bind(2, filter.by);
    rows.bind(3, filter.since);
    rows.bind(4, filter.until > 0 ? filter.until : kNewest);
    rows.bind(5,
              static_cast<std::int64_t>(std::clamp<std::size_t>(filter.limit, 1, kMaxAuditPage)));
    std::vector<AuditEntry> entries;
    while (rows.executeStep()) entries.push_back(read(rows));
    return entries;
  });
}

}  // namespace gateway::store

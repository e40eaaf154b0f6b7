#include "shared/store/config_history.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <utility>

#include "shared/store/brief_connection.h"
#include "shared/store/printable.h"

namespace gateway::store {
namespace {

constexpr const char* kColumns =
    "id, time, revision, parent, sha256, by_user, cause, message, verdict, reason";

ConfigChange read(SQLite::Statement& row) {
  ConfigChange change;
  change.id = row.getColumn(0).getInt64();
  change.time = row.getColumn(1).getInt64();
  change.revision = row.getColumn(2).getUInt();
  change.parent = row.getColumn(3).getUInt();
  change.sha256 = row.getColumn(4).getString();
  change.by = row.getColumn(5).getString();
  change.cause = row.getColumn(6).getString();
  change.message = row.getColumn(7).getString();
  const int verdict = row.getColumn(8).getInt();
  change.verdict = verdict < 0 || verdict > static_cast<int>(ConfigVerdict::discarded)
                       ? ConfigVerdict::pending
                       : static_cast<ConfigVerdict>(verdict);
  change.reason = row.getColumn(9).getString();
  return change;
}

std::string sha256_of(const std::string& text) {
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), hash, &size, EVP_sha256(), nullptr);
  std::string hex;
  for (unsigned i = 0; i < size; ++i) hex += fmt::format("{:02x}", hash[i]);
  return hex;
}

std::uint64_t bytes_of(const std::vector<ConfigText>& files) {
  std::uint64_t bytes = 0;
  for (const ConfigText& file : files) bytes += file.text.size();
  return bytes;
}

std::int64_t insert_change(SQLite::Database& db, const ConfigChange& change) {
  SQLite::Statement insert(db,
                           "INSERT INTO config_changes (time, revision, parent, sha256, by_user, "
                           "cause, message, verdict, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  insert.bind(1, change.time);
  insert.bind(2, change.revision);
  insert.bind(3, change.parent);
  insert.bind(4, change.sha256);
  insert.bind(5, cut(change.by, kMaxConfigMessage));
  insert.bind(6, change.cause);
  insert.bind(7, cut(change.message, kMaxConfigMessage));
  insert.bind(8, static_cast<std::int32_t>(change.verdict));
  insert.bind(9, cut(change.reason, kMaxConfigMessage));
  insert.exec();
  return db.getLastInsertRowid();
}

void insert_files(SQLite::Database& db, std::int64_t id, const std::vector<ConfigText>& files) {
  SQLite::Statement text(db,
                         "INSERT INTO config_texts (sha256, text) VALUES (?, ?) "
                         "ON CONFLICT (sha256) DO NOTHING");
  SQLite::Statement file(db,
                         "INSERT INTO config_files (change, at, path, text) "
                         "SELECT ?, ?, ?, id FROM config_texts WHERE sha256 = ?");
  std::int64_t at = 0;
  for (const ConfigText& one : files) {
    const std::string sha256 = sha256_of(one.text);
    text.bind(1, sha256);
    text.bind(2, one.text.data(), static_cast<int>(one.text.size()));
    text.exec();
    text.reset();
    file.bind(1, id);
    file.bind(2, at++);
    file.bind(3, one.path);
    file.bind(4, sha256);
    file.exec();
    file.reset();
  }
}

// Deletes the oldest change that is not the one that serves; false when there is none.
bool delete_oldest(SQLite::Database& db) {
  SQLite::Statement oldest(
      db,
      "DELETE FROM config_changes WHERE id = (SELECT min(id) FROM config_changes WHERE id <> "
      "ifnull((SELECT max(id) FROM config_changes WHERE verdict = 1), 0)) "
      "AND id < (SELECT max(id) FROM config_changes)");
  if (oldest.exec() == 0) return false;
  db.exec("DELETE FROM config_files WHERE change NOT IN (SELECT id FROM config_changes)");
  db.exec("DELETE FROM config_texts WHERE id NOT IN (SELECT text FROM config_files)");
  return true;
}

void prune(SQLite::Database& db) {
  const auto too_many = [&] {
    return db.execAndGet("SELECT count(*) FROM config_changes").getInt64() >
               static_cast<std::int64_t>(kMaxConfigChanges) ||
           db.execAndGet("SELECT ifnull(sum(length(text)), 0) FROM config_texts").getInt64() >
               static_cast<std::int64_t>(kMaxConfigBytes);
  };
  while (too_many() && delete_oldest(db)) {
  }
}

}  // namespace

std::string_view name_of(ConfigVerdict verdict) {
  switch (verdict) {
    case ConfigVerdict::pending:
      return "pending";
    case ConfigVerdict::live:
      return "live";
    case ConfigVerdict::rejected:
      return "rejected";
    case ConfigVerdict::rolled_back:
      return "rolled back";
    case ConfigVerdict::discarded:
      return "discarded";
  }
  return "";
}

Result<ConfigHistory, OpenError> ConfigHistory::open(const std::string& path) {
  auto connection = BriefConnection::open(path, BriefConnection::Use::write);
  if (!connection) return connection.error();
  return ConfigHistory(std::move(*connection));
}

Result<ConfigHistory, OpenError> ConfigHistory::open_to_read(const std::string& path) {
  auto connection = BriefConnection::open(path, BriefConnection::Use::read);
  if (!connection) return connection.error();
  return ConfigHistory(std::move(*connection));
}

ConfigHistory::ConfigHistory(std::unique_ptr<BriefConnection> connection)
    : connection_(std::move(connection)) {}
ConfigHistory::ConfigHistory(ConfigHistory&&) noexcept = default;
ConfigHistory& ConfigHistory::operator=(ConfigHistory&&) noexcept = default;
ConfigHistory::~ConfigHistory() = default;

Result<std::int64_t, QueryError> ConfigHistory::add(const ConfigChange& change,
                                                    const std::vector<ConfigText>& files) {
  return connection_->run<std::int64_t>([&](SQLite::Database& db) {
    SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
    const std::int64_t id = insert_change(db, change);
    if (bytes_of(files) <= kMaxConfigBytes) insert_files(db, id, files);
    prune(db);
    transaction.commit();
    return id;
  });
}

Result<std::int64_t, QueryError> ConfigHistory::settle(std::int64_t id, ConfigVerdict verdict,
                                                       std::uint32_t revision,
                                                       std::string_view reason) {
  return connection_->run<std::int64_t>([&](SQLite::Database& db) {
    SQLite::Statement update(db,
                             "UPDATE config_changes SET verdict = ?, reason = ?, "
                             "revision = CASE ?3 WHEN 0 THEN revision ELSE ?3 END WHERE id = ?4");
    update.bind(1, static_cast<std::int32_t>(verdict));
    update.bind(2, cut(reason, kMaxConfigMessage));
    update.bind(3, revision);
    update.bind(4, id);
    update.exec();
    return id;
  });
}

Result<std::vector<ConfigChange>, QueryError> ConfigHistory::changes(std::size_t limit,
                                                                     std::int64_t before) {
  return connection_->run<std::vector<ConfigChange>>([&](SQLite::Database& db) {
    SQLite::Statement query(db, fmt::format("SELECT {} FROM config_changes WHERE id < ? OR ? = 0 "
                                            "ORDER BY id DESC LIMIT ?",
                                            kColumns));
    query.bind(1, before);
    query.bind(2, before);
    query.bind(3, static_cast<std::int64_t>(std::min(limit, kMaxConfigChanges)));
    std::vector<ConfigChange> found;
    while (query.executeStep()) found.push_back(read(query));
    return found;
  });
}

Result<std::optional<ConfigChange>, QueryError> ConfigHistory::revision(std::uint32_t number) {
  return connection_->run<std::optional<ConfigChange>>(
      [&](SQLite::Database& db) -> std::optional<ConfigChange> {
        SQLite::Statement query(
            db, fmt::format("SELECT {} FROM config_changes WHERE revision = ? AND revision > 0 "
                            "ORDER BY id DESC LIMIT 1",
                            kColumns));
        query.bind(1, number);
        if (!query.executeStep()) return std::nullopt;
        return read(query);
      });
}

Result<std::optional<ConfigChange>, QueryError> ConfigHistory::change(std::int64_t id) {
  return connection_->run<std::optional<ConfigChange>>(
      [&](SQLite::Database& db) -> std::optional<ConfigChange> {
        SQLite::Statement query(
            db, fmt::format("SELECT {} FROM config_changes WHERE id = ?", kColumns));
        query.bind(1, id);
        if (!query.executeStep()) return std::nullopt;
        return read(query);
      });
}

Result<std::vector<ConfigText>, QueryError> ConfigHistory::files(std::int64_t id) {
  return connection_->run<std::vector<ConfigText>>([&](SQLite::Database& db) {
    SQLite::Statement query(db,
                            "SELECT f.path, t.text FROM config_files f JOIN config_texts t ON "
                            "t.id = f.text WHERE f.change = ? ORDER BY f.at");
    query.bind(1, id);
    std::vector<ConfigText> found;
    while (query.executeStep()) {
      found.push_back({query.getColumn(0).getString(), query.getColumn(1).getString()});
    }
    return found;
  });
}

}  // namespace gateway::store

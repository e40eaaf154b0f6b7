#include "shared/store/security_table.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>

namespace gateway::store {
namespace {

bool is_zero(const Uuid& id) {
  return std::all_of(id.bytes.begin(), id.bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

// Empty text stays NULL, as in requests.
void bind_text(SQLite::Statement& statement, int at, std::string_view text) {
  if (text.empty()) {
    statement.bind(at);
  } else {
    statement.bind(at, std::string(text));
  }
}

}  // namespace

SecurityTable::SecurityTable(SQLite::Database& db)
    : insert_(std::make_unique<SQLite::Statement>(
          db,
          "INSERT INTO security (time, kind, action, count, route, id, rule, client, user, method, "
          "host, path, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {}

SecurityTable::~SecurityTable() = default;

void SecurityTable::append(std::span<const SecurityRow> rows) {
  SQLite::Statement& insert = *insert_;
  for (const SecurityRow& row : rows) {
    insert.bind(1, row.time);
    insert.bind(2, static_cast<std::int32_t>(row.kind));
    insert.bind(3, static_cast<std::int32_t>(row.action));
    insert.bind(4, static_cast<std::int64_t>(row.count));
    insert.bind(5, static_cast<std::int64_t>(row.route));
    if (is_zero(row.id)) {
      insert.bind(6);
    } else {
      insert.bind(6, row.id.bytes.data(), static_cast<int>(row.id.bytes.size()));
    }
    bind_text(insert, 7, row.rule);
    bind_text(insert, 8, row.client);
    bind_text(insert, 9, row.user);
    bind_text(insert, 10, row.method);
    bind_text(insert, 11, row.host);
    bind_text(insert, 12, row.path);
    bind_text(insert, 13, row.detail);
    insert.exec();
    insert.reset();
  }
}

void SecurityTable::reset() {
  insert_->tryReset();
}

}  // namespace gateway::store

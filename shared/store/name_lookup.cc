#include "shared/store/name_lookup.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "shared/store/printable.h"

namespace gateway::store {

NameLookup::NameLookup(SQLite::Database& db)
    : db_(db),
      by_id_(std::make_unique<SQLite::Statement>(db, "SELECT name FROM names WHERE id = ?")) {
  known_[0];
}

NameLookup::~NameLookup() = default;

const std::string& NameLookup::name(std::uint32_t id) {
  const auto [entry, added] = known_.try_emplace(id);
  if (!added) return entry->second;
  by_id_->bind(1, id);
  if (by_id_->executeStep()) entry->second = printable(by_id_->getColumn(0).getString());
  by_id_->reset();
  return entry->second;
}

std::optional<std::uint32_t> NameLookup::id(const std::string& name) {
  SQLite::Statement query(db_, "SELECT id FROM names WHERE name = ?");
  query.bind(1, name);
  if (!query.executeStep()) return std::nullopt;
  return query.getColumn(0).getUInt();
}

}  // namespace gateway::store

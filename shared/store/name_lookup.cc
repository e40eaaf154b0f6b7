#include "shared/store/name_lookup.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "shared/base/decider.h"
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

std::string decider_name(std::uint32_t number) {
  for (const DeciderInfo& decider : all_deciders()) {
    if (static_cast<std::uint32_t>(decider.decider) == number) return std::string(decider.name);
  }
  return std::to_string(number);
}

std::optional<std::uint32_t> decider_number(std::string_view name) {
  for (const DeciderInfo& decider : all_deciders()) {
    if (decider.name == name) return static_cast<std::uint32_t>(decider.decider);
  }
  return std::nullopt;
}

}  // namespace gateway::store

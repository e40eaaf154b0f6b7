#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace SQLite {
class Database;
class Statement;
}  // namespace SQLite

namespace gateway::store {

// Names of routes, services and instances by number and the other way round, as one query needs
// them. Throws SQLite::Exception.
class NameLookup {
 public:
  explicit NameLookup(SQLite::Database& db);
  ~NameLookup();

  // Empty for 0 and for a number without a name.
  const std::string& name(std::uint32_t id);
  std::optional<std::uint32_t> id(const std::string& name);

 private:
  SQLite::Database& db_;
  std::unique_ptr<SQLite::Statement> by_id_;
  std::unordered_map<std::uint32_t, std::string> known_;
};

// The stored name of a decider, or its number as text when it is not known here (a newer database),
// and the other way round.
std::string decider_name(std::uint32_t number);
std::optional<std::uint32_t> decider_number(std::string_view name);

}  // namespace gateway::store

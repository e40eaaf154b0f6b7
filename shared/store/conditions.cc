#include "shared/store/conditions.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

namespace gateway::store {

void Conditions::add(const char* sql, std::int64_t number) {
  sql_ += fmt::format(" AND {}", sql);
  values_.push_back([number](SQLite::Statement& s, int at) { s.bind(at, number); });
}

void Conditions::add_text(const char* sql, const std::string& text) {
  if (text.empty()) return;
  sql_ += fmt::format(" AND {}", sql);
  values_.push_back([text](SQLite::Statement& s, int at) { s.bind(at, text); });
}

void Conditions::add_bytes(const char* sql, const std::string& bytes) {
  if (bytes.empty()) return;
  sql_ += " AND " + fmt::format(fmt::runtime(sql), bytes.size());
  values_.push_back([bytes](SQLite::Statement& s, int at) {
    s.bind(at, bytes.data(), static_cast<int>(bytes.size()));
  });
}

void Conditions::add_name(const char* sql, const std::string& name, NameLookup& names) {
  if (name.empty()) return;
  const auto id = names.id(name);
  if (id) add(sql, *id);
  impossible_ = impossible_ || !id;
}

void Conditions::add_search(std::string_view columns, const std::string& text) {
  if (text.empty()) return;
  sql_ += fmt::format(" AND any_contains(?, {})", columns);
  values_.push_back([text](SQLite::Statement& s, int at) { s.bind(at, text); });
}

void Conditions::bind(SQLite::Statement& statement) const {
  int at = 3;
  for (const auto& value : values_) value(statement, at++);
}

}  // namespace gateway::store

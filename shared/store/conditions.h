#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/store/name_lookup.h"

namespace SQLite {
class Statement;
}

namespace gateway::store {

// The WHERE of a filter over rows in a range of seq, and the values that belong to it. "?1" and
// "?2" of the statement are that range; the "?" of the conditions count on from there.
class Conditions {
 public:
  void add(const char* sql, std::int64_t number);
  // Of these two an empty text restricts nothing. "{0}" in the SQL of bytes is their number.
  void add_text(const char* sql, const std::string& text);
  void add_bytes(const char* sql, const std::string& bytes);
  // A name that no row can have makes the whole filter impossible.
  void add_name(const char* sql, const std::string& name, NameLookup& names);
  void never() { impossible_ = true; }
  // `columns`, apart by commas, with this text in one of them; needs add_text_search.
  void add_search(std::string_view columns, const std::string& text);

  bool impossible() const { return impossible_; }
  const std::string& sql() const { return sql_; }  // each condition after an AND
  void bind(SQLite::Statement& statement) const;   // from "?3" on

 private:
  std::string sql_;
  std::vector<std::function<void(SQLite::Statement&, int)>> values_;
  bool impossible_ = false;
};

}  // namespace gateway::store

#include "shared/store/text_search.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <cstring>

#include "shared/base/ascii.h"

namespace gateway::store {
namespace {

std::string_view text_of(sqlite3_value* value) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_value_bytes(value))};
}

void any_contains(sqlite3_context* out, int count, sqlite3_value** values) {
  if (count < 1) return sqlite3_result_int(out, 0);
  const std::string_view needle = text_of(values[0]);
  for (int i = 1; i < count; ++i) {
    if (contains_text(text_of(values[i]), needle)) return sqlite3_result_int(out, 1);
  }
  sqlite3_result_int(out, 0);
}

}  // namespace

bool contains_text(std::string_view text, std::string_view needle) {
  if (needle.empty()) return true;
  const char first = ascii_lower(needle.front());
  for (std::size_t at = 0; at + needle.size() <= text.size(); ++at) {
    if (ascii_lower(text[at]) != first) continue;
    if (ascii_iequals(text.substr(at, needle.size()), needle)) return true;
  }
  return false;
}

void add_text_search(SQLite::Database& db) {
  db.createFunction("any_contains", -1, true, nullptr, any_contains, nullptr, nullptr, nullptr);
}

}  // namespace gateway::store

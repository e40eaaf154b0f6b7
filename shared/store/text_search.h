#pragma once

#include <string_view>

namespace SQLite {
class Database;
}

namespace gateway::store {

// Whether `needle` stands in `text`, ASCII letters of either case. An empty needle stands anywhere.
bool contains_text(std::string_view text, std::string_view needle);

// Gives the connection the SQL function any_contains(needle, text...): several times faster than
// a LIKE for each column, and without wildcards to escape. Throws SQLite::Exception.
void add_text_search(SQLite::Database& db);

}  // namespace gateway::store

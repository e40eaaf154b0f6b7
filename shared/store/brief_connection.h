#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <exception>
#include <memory>
#include <string>

#include "shared/base/result.h"
#include "shared/store/connection.h"
#include "shared/store/reader.h"

namespace gateway::store {

// A connection to the database of requests that is open for one call or a few. One thread at a
// time.
class BriefConnection {
 public:
  enum class Use : std::uint8_t { read, write };

  // The file must be there with the current schema.
  static Result<std::unique_ptr<BriefConnection>, OpenError> open(const std::string& path, Use use);

  // What `work` returns of the database; a failure within it as words for a person.
  template <class T, class Work>
  Result<T, QueryError> run(Work work) {
    try {
      return work(*db_);
    } catch (const std::exception& failure) {
      return QueryError{explain(path_, failure).message};
    }
  }

 private:
  BriefConnection(std::string path, std::unique_ptr<SQLite::Database> db);

  std::string path_;
  std::unique_ptr<SQLite::Database> db_;
};

}  // namespace gateway::store

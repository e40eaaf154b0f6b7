#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "shared/base/clock.h"
#include "shared/base/decider.h"
#include "shared/base/uuid.h"
#include "shared/store/logs.h"

namespace gateway::store {

// Traces kept at most unless told otherwise, some 60 MB of them.
inline constexpr std::uint64_t kMaxTraces = 100'000;

// What was decided about one request, as it is written. The view must live until
// Writer::append_traces returns.
struct TraceRow {
  Uuid id;
  UnixMicros time = 0;  // start of the request
  Decider decider = Decider::upstream;
  std::string_view bytes;  // see decision::keep_trace
};

// What the database has of one request. Of several with one id, as a trusted proxy may send, the
// newest.
struct FoundRequest {
  std::string trace;          // as written; empty: none was kept
  std::optional<LogRow> row;  // of the request log
  bool searched = true;  // false: the log was too large to be searched whole for an id like this
};

}  // namespace gateway::store

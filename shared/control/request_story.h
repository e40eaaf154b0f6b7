#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "shared/base/result.h"
#include "shared/decision/kept_trace.h"
#include "shared/store/reader.h"

namespace gateway::control {

// GET kRequestsPath/{id}: what is known of one request, and why it ended as it did.
inline constexpr char kRequestsPath[] = "/api/v1/gateway/requests";

// One request out of the database.
struct RequestStory {
  Uuid id;
  std::optional<decision::KeptTrace> trace;  // none: none was kept
  std::optional<store::LogRow> row;          // none: not in the log, or no longer
  // Who decided and why, in plain words; of a trace alone.
  std::string decided_by;
  bool searched = true;  // see store::FoundRequest

  bool known() const { return trace || row; }
};

// Reads it. A database that cannot be read is an error; a request that it does not have is none.
Result<RequestStory, store::QueryError> tell_request(store::Reader& reader, const Uuid& id);

nlohmann::json to_document(const RequestStory& story);
// Missing fields keep their defaults; throws nlohmann::json::exception for a field of another type.
RequestStory story_from(const nlohmann::json& document);

}  // namespace gateway::control

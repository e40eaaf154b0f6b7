#include "gatewayd/control/trace_calls.h"

#include <nlohmann/json.hpp>

#include "gatewayd/control/store_answer.h"
#include "shared/control/request_story.h"

namespace gateway::control {

Answer request_story(const Call& call, Backend& backend) {
  if (!call.params.empty()) return problem(400, "this call takes no parameter");
  const auto parsed = parse_uuid(call.name);
  if (!parsed) return problem(400, "a request's id is a UUID, as in the answer's X-Request-ID");
  return from_store(backend, [&](store::Reader& reader) {
    const auto story = tell_request(reader, *parsed);
    return story ? json_answer(to_document(*story)) : problem(503, story.error().message);
  });
}

}  // namespace gateway::control

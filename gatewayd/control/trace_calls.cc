#include "gatewayd/control/trace_calls.h"

#include <nlohmann/json.hpp>

#include "shared/control/request_story.h"
#include "shared/store/reader.h"

namespace gateway::control {
namespace {

using nlohmann::json;

Answer data(const json& body) {
  return {200, "application/json", body.dump(-1, ' ', false, json::error_handler_t::replace), ""};
}

}  // namespace

Answer request_story(const Call& call, const std::string& id, Backend& backend) {
  if (!call.params.empty()) return problem(400, "this call takes no parameter");
  const auto parsed = parse_uuid(id);
  if (!parsed) return problem(400, "a request's id is a UUID, as in the answer's X-Request-ID");
  const std::string path = backend.store_path();
  if (path.empty()) return problem(404, "nothing is logged: store.path is not set");
  auto reader = store::Reader::open(path);
  if (!reader) return problem(503, reader.error().message);
  const auto story = tell_request(*reader, *parsed);
  if (!story) return problem(503, story.error().message);
  return data(to_document(*story));
}

}  // namespace gateway::control

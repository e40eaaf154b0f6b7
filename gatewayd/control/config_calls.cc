#include "gatewayd/control/config_calls.h"

#include <nlohmann/json.hpp>

#include "shared/control/config_messages.h"
#include "shared/control/params.h"

namespace gateway::control {
namespace {

template <class Message>
Answer told(const Result<Message, Refusal>& result) {
  if (!result) return problem(result.error().status, result.error().detail);
  return json_answer(*result);
}

struct HistoryQuery {
  std::size_t limit = 20;
  std::optional<std::int64_t> before;
};
constexpr Param<HistoryQuery> kHistoryParams[] = {
    {"limit",
     [](const std::string& text, HistoryQuery& query) {
       return assign_limit(text, store::kMaxConfigChanges, query.limit);
     },
     "a number from 1 to 500"},
    {"before",
     [](const std::string& text, HistoryQuery& query) {
       return assign(parse_number<std::int64_t>(text), query.before);
     },
     "the id of a change"},
};

struct RevisionQuery {
  std::optional<std::uint32_t> revision;
  std::optional<std::int64_t> change;
};
constexpr Param<RevisionQuery> kRevisionParams[] = {
    {"revision",
     [](const std::string& text, RevisionQuery& query) {
       return assign(parse_number<std::uint32_t>(text), query.revision);
     },
     "a revision's number"},
    {"change",
     [](const std::string& text, RevisionQuery& query) {
       return assign(parse_number<std::int64_t>(text), query.change);
     },
     "the id of a change"},
};

}  // namespace

Answer config_diff(const Call& call, Backend& backend) {
  const auto source = parse_config_source(call.body);
  if (!source) return problem(400, source.error().message);
  return told(backend.config().diff(*source));
}

Answer config_drift(const Call&, Backend& backend) {
  return told(backend.config().drift());
}

Answer config_apply(const Call& call, Backend& backend) {
  const auto request = parse_apply_request(call.body);
  if (!request) return problem(400, request.error().message);
  return told(backend.config().apply(*request, call.peer));
}

Answer config_confirm(const Call& call, Backend& backend) {
  if (!call.params.empty()) return problem(400, "this call takes no parameter");
  return told(backend.config().confirm(call.peer));
}

Answer config_history(const Call& call, Backend& backend) {
  HistoryQuery query;
  if (const auto error = read_all(call.params, kHistoryParams, query)) {
    return problem(400, error->message);
  }
  return told(backend.config().history(query.limit, query.before.value_or(0)));
}

Answer config_revision(const Call& call, Backend& backend) {
  RevisionQuery query;
  if (const auto error = read_all(call.params, kRevisionParams, query)) {
    return problem(400, error->message);
  }
  if (query.revision.has_value() == query.change.has_value()) {
    return problem(400, "revision or change is needed, and not both");
  }
  return told(backend.config().revision(query.revision.value_or(0), query.change.value_or(0)));
}

std::vector<ParamText> config_history_texts() {
  return texts_of(kHistoryParams);
}
std::vector<ParamText> config_revision_texts() {
  return texts_of(kRevisionParams);
}

}  // namespace gateway::control

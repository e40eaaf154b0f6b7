#include "shared/control/request_story.h"

#include "shared/control/decided_by.h"
#include "shared/control/explain_message.h"
#include "shared/control/json_fields.h"
#include "shared/control/messages.h"
#include "shared/control/queries.h"
#include "shared/store/printable.h"

namespace gateway::control {
namespace {

using decision::KeptAttempt;
using decision::KeptTrace;
using nlohmann::json;

// Clients' bytes as a terminal and a JSON parser take them.
void make_printable(KeptTrace& trace) {
  for (std::string* text : {&trace.method, &trace.host, &trace.path, &trace.client, &trace.user,
                            &trace.route, &trace.service, &trace.reason}) {
    *text = store::printable(*text);
  }
  for (decision::ExplainLine& line : trace.lines) {
    for (std::string* text : {&line.summary, &line.detail, &line.remark, &line.place}) {
      *text = store::printable(*text);
    }
  }
  for (KeptAttempt& attempt : trace.attempts) {
    attempt.instance = store::printable(attempt.instance);
    attempt.address = store::printable(attempt.address);
  }
}

json document_of(const KeptAttempt& attempt) {
  return {
      {"kind", attempt.kind},         {"stale", attempt.stale},       {"lost", attempt.lost},
      {"instance", attempt.instance}, {"address", attempt.address},   {"outcome", attempt.outcome},
      {"status", attempt.status},     {"began_us", attempt.began_us}, {"took_us", attempt.took_us}};
}

json document_of(const KeptTrace& trace) {
  decision::Explanation steps;
  steps.lines = trace.lines;
  json attempts = json::array();
  for (const KeptAttempt& attempt : trace.attempts) attempts.push_back(document_of(attempt));
  return {{"time", format_rfc3339(trace.time)},
          {"method", trace.method},
          {"host", trace.host},
          {"path", trace.path},
          {"client", trace.client},
          {"user", trace.user},
          {"route", trace.route},
          {"service", trace.service},
          {"decider", trace.decider},
          {"reason", trace.reason},
          {"status", trace.status},
          {"retries", trace.retries},
          {"revision", trace.revision},
          {"total_us", trace.total_us},
          {"upstream_us", trace.upstream_us},
          {"steps", to_document(steps)["steps"]},
          {"attempts", std::move(attempts)},
          {"left_out", trace.left_out},
          {"cut", trace.cut}};
}

void read_attempt(const json& in, KeptAttempt& attempt) {
  read_field(in, "kind", attempt.kind);
  read_field(in, "stale", attempt.stale);
  read_field(in, "lost", attempt.lost);
  read_field(in, "instance", attempt.instance);
  read_field(in, "address", attempt.address);
  read_field(in, "outcome", attempt.outcome);
  read_field(in, "status", attempt.status);
  read_field(in, "began_us", attempt.began_us);
  read_field(in, "took_us", attempt.took_us);
}

KeptTrace trace_from(const json& in) {
  KeptTrace trace;
  read_time(in, "time", trace.time);
  read_field(in, "method", trace.method);
  read_field(in, "host", trace.host);
  read_field(in, "path", trace.path);
  read_field(in, "client", trace.client);
  read_field(in, "user", trace.user);
  read_field(in, "route", trace.route);
  read_field(in, "service", trace.service);
  read_field(in, "decider", trace.decider);
  read_field(in, "reason", trace.reason);
  read_field(in, "status", trace.status);
  read_field(in, "retries", trace.retries);
  read_field(in, "revision", trace.revision);
  read_field(in, "total_us", trace.total_us);
  read_field(in, "upstream_us", trace.upstream_us);
  trace.lines = explanation_from(in).lines;
  for (const auto& attempt : in.value("attempts", json::array())) {
    read_attempt(attempt, trace.attempts.emplace_back());
  }
  read_field(in, "left_out", trace.left_out);
  read_field(in, "cut", trace.cut);
  return trace;
}

}  // namespace

Result<RequestStory, store::QueryError> tell_request(store::Reader& reader, const Uuid& id) {
  auto found = reader.request(id);
  if (!found) return found.error();
  RequestStory story;
  story.id = id;
  story.row = std::move(found->row);
  story.searched = found->searched;
  story.trace = decision::tell_kept(found->trace);
  if (story.trace) {
    make_printable(*story.trace);
    story.decided_by = decided_by(*story.trace, reader);
  }
  return story;
}

json to_document(const RequestStory& story) {
  return {{"format", kFormat},
          {"id", to_string(story.id)},
          {"trace", story.trace ? document_of(*story.trace) : json(nullptr)},
          {"decided_by", story.trace ? json(story.decided_by) : json(nullptr)},
          {"row", story.row ? to_document(*story.row) : json(nullptr)},
          {"searched", story.searched}};
}

RequestStory story_from(const json& document) {
  RequestStory story;
  std::string id;
  read_field(document, "id", id);
  if (const auto parsed = parse_uuid(id)) story.id = *parsed;
  if (const auto trace = document.find("trace"); trace != document.end() && trace->is_object()) {
    story.trace = trace_from(*trace);
  }
  if (const auto row = document.find("row"); row != document.end() && row->is_object()) {
    story.row = log_page_from({{"rows", json::array({*row})}}).rows.front();
  }
  read_field(document, "decided_by", story.decided_by);
  read_field(document, "searched", story.searched);
  return story;
}

}  // namespace gateway::control

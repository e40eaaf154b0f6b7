#include <array>
#include <nlohmann/json.hpp>
#include <ostream>

#include "gatewayctl/commands.h"
#include "gatewayctl/daemon.h"
#include "gatewayctl/log_source.h"
#include "gatewayctl/render/story_views.h"

namespace gateway::ctl {
namespace {

constexpr std::array kOptions = {
    Option{"--db", 0, "FILE", "read this database file; no daemon is needed"},
};

int unknown(const Invocation& invocation, const control::RequestStory& story) {
  std::ostream& err = invocation.console.err;
  err << "gatewayctl why: no request " << to_string(story.id) << " is known";
  err << (story.searched ? "\n" : ": the log is too large to be searched whole for it\n");
  err << "Ids stand in the X-Request-ID of every answer and in: gatewayctl logs -o json\n"
         "Older requests are deleted ([store] keep_requests, keep_traces); the newest are there "
         "within a second.\n";
  return kFailed;
}

int run(const Invocation& invocation) {
  const auto id = parse_uuid(invocation.operands[0]);
  if (!id) {
    return usage_error(invocation,
                       "REQUEST_ID is a UUID like 0192f3c4-8a10-7c3e-9d5e-1b2c3d4e5f60, as in the "
                       "answer's X-Request-ID");
  }
  auto source = LogSource::open(invocation);
  if (!source) return source_error(invocation, source.error());
  const auto story = source->request(*id);
  if (!story) return source_error(invocation, story.error());
  if (!story->known()) return unknown(invocation, *story);
  if (invocation.json()) {
    print_json(invocation.console.out, control::to_document(*story));
  } else {
    invocation.console.out << render_story(*story, invocation.colour_out());
  }
  return kDone;
}

}  // namespace

constexpr Command kWhy = {
    .name = "why",
    .operands = "REQUEST_ID",
    .summary = "show why a request was answered as it was, decision by decision",
    .about =
        "REQUEST_ID is what the answer's X-Request-ID says. What was decided is kept of requests "
        "that were\nrefused or failed, and of one in [store] trace_one_in others; of the rest the "
        "log's row is shown.\nTimes are UTC.",
    .example =
        "gatewayctl why 0192f3c4-8a10-7c3e-9d5e-1b2c3d4e5f60\n"
        "gatewayctl why 0192f3c4-8a10-7c3e-9d5e-1b2c3d4e5f60 -o json | jq .decided_by\n"
        "gatewayctl logs --status 503 -n 1 -o json | jq -r '.rows[].id' | xargs gatewayctl why",
    .options = kOptions,
    .outputs = "text json",
    .operand_words = "",
    .run = run,
    .group = "What was",
};

}  // namespace gateway::ctl

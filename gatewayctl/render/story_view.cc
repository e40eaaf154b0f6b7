#include <fmt/format.h>

#include "gatewayctl/render/colour.h"
#include "gatewayctl/render/numbers.h"
#include "gatewayctl/render/story_views.h"
#include "shared/config/visible_text.h"

namespace gateway::ctl {
namespace {

using config::visible;
using decision::KeptAttempt;
using decision::KeptTrace;

struct Headline {
  UnixMicros time;
  std::string method, path, client, user;
  std::uint16_t status;
  std::uint32_t total_us;
};

std::string headline(const Headline& head, bool colour) {
  std::string text =
      fmt::format("{}  {} {}  ", format_time(head.time), visible(head.method), visible(head.path));
  const Colour shade = head.status >= 500   ? Colour::red
                       : head.status >= 400 ? Colour::yellow
                                            : Colour::none;
  text += paint(std::to_string(head.status), shade, colour);
  text += fmt::format("  {}  client {}", format_latency(head.total_us), visible(head.client));
  if (!head.user.empty()) text += fmt::format("  user {}", visible(head.user));
  return text + "\n";
}

std::string outcome_text(const KeptAttempt& attempt) {
  if (attempt.lost) return "another was faster";
  return attempt.outcome == "upstream" ? fmt::format("answered {}", attempt.status)
                                       : attempt.outcome;
}

std::string attempts_text(const KeptTrace& trace) {
  std::string text;
  for (std::size_t i = 0; i < trace.attempts.size(); ++i) {
    const KeptAttempt& attempt = trace.attempts[i];
    const std::string label = i == 0 ? "attempts" : "";
    const std::string address =
        attempt.address.empty() ? attempt.instance + " (unresolved)" : attempt.address;
    text += fmt::format("{:<11}{:<6} {}  {}  after {}, took {}{}\n", label, attempt.kind,
                        visible(address), visible(outcome_text(attempt)),
                        format_latency(attempt.began_us), format_latency(attempt.took_us),
                        attempt.stale ? ", over a fresh connection: the kept one was closed" : "");
  }
  return text;
}

std::string told(const control::RequestStory& story, const KeptTrace& trace, bool colour) {
  std::string text = headline({trace.time, trace.method, trace.path, trace.client, trace.user,
                               trace.status, trace.total_us},
                              colour);
  text += fmt::format("decided by  {}\n", visible(story.decided_by));
  if (!trace.reason.empty()) text += fmt::format("told client {}\n", visible(trace.reason));
  text += "\n" + render_lines(trace.lines, colour) + attempts_text(trace);
  text += fmt::format("{:<11}{}\n", "revision", trace.revision);
  if (trace.left_out > 0) text += fmt::format("and {} more, not kept\n", trace.left_out);
  if (trace.cut) text += "there was more than a trace may hold: the rest is not kept\n";
  return text;
}

}  // namespace

std::string render_story(const control::RequestStory& story, bool colour) {
  if (story.trace) return told(story, *story.trace, colour);
  if (!story.row) return {};
  const store::LogRow& row = *story.row;
  std::string text = headline(
      {row.time, row.method, row.path, row.client, row.user, row.status, row.total_us}, colour);
  text += fmt::format("decided by  {}{}{}\n", visible(row.decider),
                      row.instance.empty() ? "" : " at ", visible(row.instance));
  text += fmt::format("route {}  service {}  retries {}  revision {}\n\n",
                      row.route.empty() ? "–" : visible(row.route),
                      row.service.empty() ? "–" : visible(row.service), row.retries, row.revision);
  text +=
      "No trace of its decisions is kept: this is the log's row. Refused and failed requests have "
      "one\nuntil [store] keep_traces or max_traces; of others one in [store] trace_one_in.\n"
      "To see what would be decided now: gatewayctl explain\n";
  return text;
}

}  // namespace gateway::ctl

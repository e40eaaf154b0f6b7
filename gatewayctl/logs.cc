#include <algorithm>
#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
#include <ostream>
#include <thread>

#include "gatewayctl/commands.h"
#include "gatewayctl/log_options.h"
#include "gatewayctl/log_reading.h"
#include "gatewayctl/log_source.h"
#include "gatewayctl/render/views.h"
#include "shared/base/timestamp.h"
#include "shared/control/messages.h"
#include "shared/control/queries.h"

namespace gateway::ctl {
namespace {

// With the 250 ms that rows wait to be written, a follower is well within a second behind.
constexpr auto kPollEvery = std::chrono::milliseconds(200);

constexpr std::array kOptions = {
    Option{"--follow", 'f', {}, "go on with new rows as they come"},
    Option{"--lines", 'n', "COUNT", "the newest COUNT rows (default: 100)"},
    Option{"--since", 0, "TIME", "from this time on: 24h, 30d, \"2026-01-02 03:04\" (UTC)"},
    Option{"--until", 0, "TIME", "before this time"},
    Option{"--status", 0, "STATUS", "one status (404), a class (5xx) or a range (400-499)",
           "2xx 3xx 4xx 5xx 404 429 500 502 503 504"},
    Option{"--method", 0, "METHOD", "one method", "GET HEAD POST PUT PATCH DELETE OPTIONS"},
    Option{"--path", 0, "PREFIX", "paths that begin with this"},
    Option{"--route", 0, "NAME", "one route", "@routes"},
    Option{"--service", 0, "NAME", "one service", "@services"},
    Option{"--user", 0, "NAME", "one user"},
    Option{"--client", 0, "ADDRESS", "one client address"},
    Option{"--slower-than", 0, "DURATION", "that took longer than this: 250ms, 2s"},
    Option{"--grep", 0, "TEXT",
           "with this text in path, query, host, user or client; of events in rule and detail too"},
    Option{"--all", 0, {}, "search to the oldest row, however long it takes"},
    Option{"--security", 0, {}, "what policies refused, or only observed, instead of requests"},
    Option{"--kind", 0, "KIND", "one kind of event, with --security",
           "threat rate-limited unauthenticated forbidden csrf ip-denied invalid-request "
           "unsupported-media"},
    Option{"--rule", 0, "NAME", "one rule or limit, with --security", "@limits"},
    Option{"--action", 0, "ACTION", "blocked or observed, with --security", "blocked observed"},
    Option{"--db", 0, "FILE", "read this database file; no daemon is needed"},
};

// What differs between the two logs in how they are printed.
std::string header_of(const store::LogFilter&) {
  return csv_header();
}
std::string header_of(const store::SecurityFilter&) {
  return security_csv_header();
}
std::string line_of(const store::LogRow& row, bool colour) {
  return render_log_row(row, colour);
}
std::string line_of(const store::SecurityLogRow& row, bool colour) {
  return render_security_row(row, colour);
}
const char* nothing_found(const store::LogFilter&) {
  return "no request in the log matches\n";
}
const char* nothing_found(const store::SecurityFilter&) {
  return "no security event matches\n";
}

template <class Row>
void print_row(const Invocation& invocation, const Row& row) {
  std::ostream& out = invocation.console.out;
  if (invocation.output() == "csv") {
    out << csv_row(row);
  } else if (invocation.json()) {
    print_json_line(out, control::to_document(row));
  } else {
    out << line_of(row, invocation.colour_out());
  }
}

// How far a search came that its time ended, and how to go on.
void tell_how_far(const Invocation& invocation, const store::LogPage& page) {
  if (page.complete || !page.searched_to) return;
  const std::string back_to = format_rfc3339(*page.searched_to);
  invocation.console.err << "searched back to " << back_to << " only; go on with --until "
                         << back_to << ", or search all of it with --all\n";
}
void tell_how_far(const Invocation&, const store::SecurityPage&) {}

// A daemon that restarts does not answer for a moment: its log goes on where it was.
template <class Filter>
int follow(const Invocation& invocation, LogSource& source, Filter filter, std::int64_t after) {
  bool waiting = false;
  for (;;) {
    filter.after = after;
    filter.limit = control::kLogPageRows;
    const auto page = source.logs(filter);
    if (!page && page.error().status == kUnreachable) {
      if (!waiting) invocation.console.err << "gatewayd does not answer; waiting for it\n";
      waiting = true;
      std::this_thread::sleep_for(kPollEvery);
      continue;
    }
    if (!page) return source_error(invocation, page.error());
    waiting = false;
    for (const auto& row : page->rows) print_row(invocation, row);
    invocation.console.out.flush();
    if (!invocation.console.out) return kDone;  // whoever read along has gone
    after = page->cursor;
    if (page->complete) std::this_thread::sleep_for(kPollEvery);
  }
}

template <class Filter>
int print(const Invocation& invocation, const Result<Filter, OptionError>& filter) {
  if (!filter) return usage_error(invocation, filter.error().message);
  auto source = LogSource::open(invocation);
  if (!source) return source_error(invocation, source.error());
  const auto page = newest_rows(*source, *filter, invocation.has("--all"));
  if (!page) return source_error(invocation, page.error());
  const bool following = invocation.has("--follow");
  if (invocation.json() && !following) {
    print_json(invocation.console.out, control::to_document(*page));
    tell_how_far(invocation, *page);
    return kDone;
  }
  if (invocation.output() == "csv") invocation.console.out << header_of(*filter);
  for (const auto& row : page->rows) print_row(invocation, row);
  if (following) return follow(invocation, *source, *filter, page->newest);
  if (page->rows.empty()) invocation.console.err << nothing_found(*filter);
  tell_how_far(invocation, *page);
  return kDone;
}

int run(const Invocation& invocation) {
  return invocation.has("--security") ? print(invocation, security_filter(invocation))
                                      : print(invocation, log_filter(invocation));
}

}  // namespace

constexpr Command kLogs = {
    .name = "logs",
    .operands = "",
    .summary = "read the log of requests, or of security events",
    .about =
        "The newest rows, oldest first; times are UTC. With -f and -o json, one object a line. A "
        "search of more\nthan a fifth of a second stops and says how far back it came.",
    .example =
        "gatewayctl logs -f --status 5xx --route samples\n"
        "gatewayctl logs --since 24h --slower-than 1s -n 1000 -o csv > slow.csv\n"
        "gatewayctl logs --status 400-499 --client 203.0.113.9 --grep report\n"
        "gatewayctl logs --security --since 24h --kind threat\n"
        "gatewayctl logs --db /var/lib/gatewayd/gatewayd.db --grep donor",
    .options = kOptions,
    .outputs = "text json csv",
    .operand_words = "",
    .run = run,
    .group = "What was",
};

}  // namespace gateway::ctl

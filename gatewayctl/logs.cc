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
#include "shared/control/messages.h"
#include "shared/control/queries.h"

namespace gateway::ctl {
namespace {

constexpr auto kPollEvery = std::chrono::milliseconds(500);

constexpr std::array kOptions = {
    Option{"--follow", 'f', {}, "go on with new rows as they come"},
    Option{"--lines", 'n', "COUNT", "the newest COUNT rows (default: 100)"},
    Option{"--since", 0, "TIME", "from this time on: 24h, 30d, \"2026-01-02 03:04\" (UTC)"},
    Option{"--until", 0, "TIME", "before this time"},
    Option{"--status", 0, "STATUS", "one status (404) or a class of them (5xx)",
           "2xx 3xx 4xx 5xx 404 429 500 502 503 504"},
    Option{"--method", 0, "METHOD", "one method", "GET HEAD POST PUT PATCH DELETE OPTIONS"},
    Option{"--path", 0, "PREFIX", "paths that begin with this"},
    Option{"--route", 0, "NAME", "one route", "@routes"},
    Option{"--service", 0, "NAME", "one service", "@services"},
    Option{"--user", 0, "NAME", "one user"},
    Option{"--client", 0, "ADDRESS", "one client address"},
    Option{"--slower-than", 0, "DURATION", "that took longer than this: 250ms, 2s"},
    Option{"--grep", 0, "TEXT", "with this text in path, query, host, user or client"},
    Option{"--db", 0, "FILE", "read this database file; no daemon is needed"},
};

void print_row(const Invocation& invocation, const store::LogRow& row) {
  std::ostream& out = invocation.console.out;
  if (invocation.output() == "csv") {
    out << csv_row(row);
  } else if (invocation.json()) {
    print_json_line(out, control::to_document(row));
  } else {
    out << render_log_row(row, invocation.colour_out());
  }
}

int follow(const Invocation& invocation, LogSource& source, store::LogFilter filter,
           std::int64_t after) {
  for (;;) {
    filter.after = after;
    filter.limit = control::kLogPageRows;
    const auto page = source.logs(filter);
    if (!page) return source_error(invocation, page.error());
    for (const auto& row : page->rows) print_row(invocation, row);
    invocation.console.out.flush();
    if (!invocation.console.out) return kDone;  // whoever read along has gone
    after = page->cursor;
    if (page->complete) std::this_thread::sleep_for(kPollEvery);
  }
}

int run(const Invocation& invocation) {
  const auto filter = log_filter(invocation);
  if (!filter) return usage_error(invocation, filter.error().message);
  auto source = LogSource::open(invocation);
  if (!source) return source_error(invocation, source.error());
  const auto page = newest_rows(*source, *filter);
  if (!page) return source_error(invocation, page.error());
  const bool following = invocation.has("--follow");
  if (invocation.json() && !following) {
    print_json(invocation.console.out, control::to_document(*page));
    return kDone;
  }
  if (invocation.output() == "csv") invocation.console.out << csv_header();
  for (const auto& row : page->rows) print_row(invocation, row);
  if (following) return follow(invocation, *source, *filter, page->newest);
  if (page->rows.empty()) invocation.console.err << "no request in the log matches\n";
  return kDone;
}

}  // namespace

constexpr Command kLogs = {
    .name = "logs",
    .operands = "",
    .summary = "read the request log",
    .about =
        "The newest rows, oldest first; times are UTC. With -f and -o json, one object a line.",
    .example =
        "gatewayctl logs -f --status 5xx --route samples\n"
        "gatewayctl logs --since 24h --slower-than 1s -n 1000 -o csv > slow.csv\n"
        "gatewayctl logs --db /var/lib/gatewayd/gatewayd.db --grep donor",
    .options = kOptions,
    .outputs = "text json csv",
    .operand_words = "",
    .run = run,
};

}  // namespace gateway::ctl

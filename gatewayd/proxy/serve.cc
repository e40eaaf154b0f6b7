#include "gatewayd/proxy/serve.h"

#include "gatewayd/proxy/access_report.h"
#include "gatewayd/proxy/bring.h"
#include "gatewayd/proxy/builtin.h"
#include "gatewayd/proxy/cache_fetch.h"
#include "gatewayd/proxy/compose.h"
#include "gatewayd/proxy/forward.h"
#include "gatewayd/proxy/measure.h"
#include "gatewayd/proxy/respond.h"
#include "gatewayd/proxy/security_report.h"
#include "gatewayd/proxy/send_kept.h"
#include "gatewayd/proxy/span_report.h"
#include "gatewayd/proxy/trace_report.h"
#include "shared/decision/pipeline.h"
#include "shared/policy/https_location.h"

namespace gateway::proxy {
namespace {

using decision::Next;

constexpr const char* kAllowAny = "Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n";

void begin(const ClientConnection& client, Workspace& workspace, Answer& answer) {
  answer.started = client.context.loop.now();
  workspace.attempts.restart(answer.started);
  decision::Exchange& x = workspace.exchange;
  x.time = client.context.unix_time(answer.started);
  x.peer = client.peer;
  x.secure = client.tls() != nullptr;
  x.client_certificate = client.certificate.get();
  x.peer_text = x.client_text = client.peer_text;
  x.fields = &workspace.request.fields;
  x.method = x.authority = x.raw_path = x.query = {};
  decision::reset(x);
}

void read_request(const http::RequestHead& request, decision::Exchange& x) {
  x.method = request.method;
  x.authority = request.authority;
  x.raw_path = request.path;
  x.query = request.query;
  x.has_query = request.has_query;
  x.content_length = request.content_length;
  x.has_body = request.framing != http::Framing::none;
}

// Whether the request is for the gateway itself, whatever the routes are.
bool answer_options(const http::RequestHead& request, decision::Exchange& x) {
  if (request.path != "*" && hops_left(request) != 0) return false;
  x.own = {204, "No Content", "", ""};
  x.answer_lines = kAllowAny;
  return true;
}

// What an ACME authority looks for, on any listener (RFC 8555 §8.3).
bool answers_challenge(const Context& context, Workspace& workspace) {
  if (!context.challenges.any()) return false;
  decision::Exchange& x = workspace.exchange;
  workspace.page = context.challenges.find(x.raw_path);
  if (workspace.page == nullptr) return false;
  x.own = {200, "OK", "application/octet-stream", *workspace.page};
  return true;
}

// A listener that only leads to https: 308 keeps the method and the body (RFC 9110 §15.4.9).
bool redirects(const ClientConnection& client, decision::Exchange& x) {
  if (!client.door.https_port || x.authority.empty()) return false;
  x.own = {308, "Permanent Redirect", "", ""};
  x.answer_lines = policy::https_location(x.authority, *client.door.https_port, x.raw_path,
                                          x.has_query, x.query);
  return true;
}

// A worker that falls behind refuses what is new, so that what it has gets done.
bool sheds(Context& context, const config::Gateway& gateway, decision::Exchange& x) {
  if (!gateway.max_lag) return false;
  const auto verdict = policy::decide_overload(context.overload, context.loop.lag(),
                                               *gateway.max_lag, context.loop.now());
  if (verdict.shed) {
    x.answer_lines.append("Retry-After: ").append(std::to_string(verdict.retry_after));
    x.answer_lines.append("\r\n");
  }
  return verdict.shed;
}

// Nobody is there to answer; the log still tells of it.
void note_departure(ClientConnection& client, Answer& answer) {
  answer.decider = Decider::client_closed;
  answer.status = info(answer.decider).status;
  answer.keep_alive = false;
  client.cut(/*reset=*/true);
}

journal::RequestRecord record_of(const View& view, const Workspace& workspace, const Answer& answer,
                                 microseconds took) {
  const decision::Exchange& x = workspace.exchange;
  journal::RequestRecord row;
  row.id = x.id;
  row.time = x.time;
  row.method = x.method;
  row.host = x.host.empty() ? policy::without_port(x.authority) : x.host;  // not decided: as sent
  row.path = x.raw_path;
  row.query = x.query;
  row.client = x.client_text;
  if (x.identity != nullptr) row.user = x.identity->user;
  if (x.route != nullptr) {
    row.route = x.route->name_id;
    if (x.service != decision::kNoService) row.service = view.snapshot->service_ids[x.service];
  }
  row.instance = answer.instance;
  row.status = answer.status;
  row.decider = answer.decider;
  row.retries = answer.retries;
  row.revision = view.snapshot->revision;
  row.bytes_in = answer.bytes_in;
  row.bytes_out = answer.bytes_out;
  row.total_us = static_cast<std::uint32_t>(took.count());
  row.upstream_us = answer.upstream_us;
  return row;
}

void record(ClientConnection& client, const View& view, const Workspace& workspace,
            const Answer& answer) {
  Context& context = client.context;
  context.requests.store(context.requests.load(std::memory_order_relaxed) + 1,
                         std::memory_order_relaxed);
  const auto took =
      std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - answer.started);
  measure(context, view, workspace, answer, took);
  if (workspace.exchange.tracing.sampled) {
    report_span(context, *view.snapshot, workspace, answer, took);
  }
  if (answer.status >= 400) {
    report_lines(context, *view.snapshot, workspace, answer, took);
  }
  if (context.journal == nullptr && context.sinks.access == nullptr) return;
  const journal::RequestRecord row = record_of(view, workspace, answer, took);
  if (context.sinks.access != nullptr) {
    report_access(context, *view.snapshot, workspace, row);
  }
  if (context.journal == nullptr) return;
  // Whoever finds the row in the log finds what belongs to it, though a batch may end between them.
  report_security(context, workspace.exchange);
  report_trace(context, *view.snapshot, workspace, row);
  context.journal->push(context.worker, row);
}

}  // namespace

net::Task<bool> serve(ClientConnection& client, const View& view, Workspace& workspace,
                      std::size_t head_size) {
  const config::Gateway& gateway = view.snapshot->config.gateway;
  decision::Exchange& x = workspace.exchange;
  http::RequestHead& request = workspace.request;
  Answer answer;

  // 1. The request as the client sent it.
  begin(client, workspace, answer);
  set_id(x, client.context.uuids.next(x.time));
  const http::HeadLimits limits{gateway.max_header_size, gateway.max_target_size,
                                gateway.max_headers};
  workspace.head = client.input.view().substr(0, head_size);
  const auto malformed = http::parse_request_head(workspace.head, limits, request);
  client.input.consume(head_size);
  read_request(request, x);
  answer.keep_alive = request.keep_alive && !client.closing();

  // 2. What is decided about it.
  Next next = Next::respond;
  if (malformed) {
    x.refusal = Error{malformed->decider, malformed->detail};
  } else if (sheds(client.context, gateway, x)) {
    x.refusal = Error{Decider::overloaded, "The gateway has more to do than it can: try again."};
  } else if (answer_options(request, x)) {
    // Answered.
  } else if (const auto builtin = decision::asked_builtin(gateway, request.method, request.path);
             builtin != decision::Builtin::none) {
    // Before the routes: none can hide it, and the config's `expose` alone opens it.
    co_await answer_builtin(client, view, workspace, builtin);
  } else if (answers_challenge(client.context, workspace)) {
    // Answered.
  } else if (redirects(client, x)) {
    // Answered.
  } else {
    next = decision::decide(*view.snapshot, client.context.decisions, x.id, x);
    while (next == Next::wait) {
      co_await bring(client, view, workspace);
      next = decision::resume(*view.snapshot, client.context.decisions, x);
    }
  }

  // A refused request's body is not read, so the connection ends; and who sent what has two
  // readings must not go on in the same connection.
  const bool unread_body = request.framing != http::Framing::none;
  const bool distrusted = x.refusal && (malformed || x.refusal->decider == Decider::bad_request);
  if (distrusted || (next == Next::respond && unread_body)) answer.keep_alive = false;

  // 3. The answer: the upstream's, one that is kept, or the gateway's own.
  if (next == Next::go_on && x.cache.fetches()) {
    x.refusal = co_await fetch(client, view, workspace, answer);
  } else if (next == Next::go_on) {
    x.refusal = co_await forward(client, view, workspace, answer);
    if (view.snapshot->keeps_answers) {
      invalidate_changed(workspace, answer, *client.context.decisions.cache);
    }
  }
  if (x.refusal && x.refusal->decider == Decider::client_closed) {
    note_departure(client, answer);
  } else if (x.refusal) {
    co_await send_problem(client, *view.snapshot, workspace, *x.refusal, answer);
  } else if (next == Next::respond && x.cache.has_answer()) {
    if (x.cache.kind == decision::CacheTurn::Kind::refreshed) refresh(client, view, workspace);
    co_await send_kept(client, *view.snapshot, workspace, answer);
  } else if (next == Next::respond) {
    answer.decider = x.own_decider;
    co_await send_own(client, *view.snapshot, workspace, answer);
  }

  // 4. What the log keeps of it.
  record(client, view, workspace, answer);
  workspace.page.reset();
  x.cache.entry.reset();
  co_return answer.keep_alive && !client.left();
}

net::Task<> refuse_unread(ClientConnection& client, const View& view, Workspace& workspace,
                          Error error) {
  Answer answer;
  workspace.request.method = {};
  workspace.request.minor = 1;
  workspace.request.fields.clear();
  begin(client, workspace, answer);
  set_id(workspace.exchange, client.context.uuids.next(workspace.exchange.time));
  answer.keep_alive = false;
  co_await send_problem(client, *view.snapshot, workspace, error, answer);
  record(client, view, workspace, answer);
}

}  // namespace gateway::proxy

#include "gatewayd/proxy/respond.h"

#include <fmt/format.h>

#include "gatewayd/http/h1_writer.h"
#include "gatewayd/proxy/send_pieces.h"
#include "shared/decision/answer_fields.h"
#include "shared/policy/grpc_status.h"

namespace gateway::proxy {
namespace {

// What the request says of the answer's form. A head that was refused unread says nothing.
bool has_body(const Workspace& workspace) {
  return workspace.request.method != "HEAD";
}

// Our own sentences need escaping only in case one ever holds a quote.
void append_json_text(std::string_view text, std::string& out) {
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
}

std::string_view id_text(const Workspace& workspace) {
  return {workspace.exchange.id_text.data(), workspace.exchange.id_text.size()};
}

std::string problem_document(const DeciderInfo& what, const Error& error, std::string_view id) {
  std::string body =
      fmt::format(R"({{"type":"urn:gatewayd:problem:{}","title":"{}","status":{},"detail":")",
                  what.name, what.title, what.status);
  append_json_text(error.detail, body);
  body.append("\",\"request_id\":\"").append(id).append("\"}\n");
  return body;
}

void append_connection(const ClientConnection& client, const Workspace& workspace, Answer& answer,
                       std::string& out) {
  if (client.closing() || client.context.draining) answer.keep_alive = false;
  if (!answer.keep_alive) {
    out.append("Connection: close\r\n");
  } else if (workspace.request.minor == 0) {
    out.append("Connection: keep-alive\r\n");
  }
}

}  // namespace

net::Task<> send_own(ClientConnection& client, const decision::Snapshot& snapshot,
                     Workspace& workspace, Answer& answer) {
  const decision::Exchange& x = workspace.exchange;
  const decision::OwnAnswer& own = x.own;
  const bool transient = answer.decider != Decider::respond && answer.decider != Decider::preflight;
  std::string& head = workspace.response_head;
  head =
      fmt::format("HTTP/1.1 {} {}\r\nDate: {}\r\n", own.status, own.reason, client.context.date());
  if (!own.content_type.empty()) head.append(fmt::format("Content-Type: {}\r\n", own.content_type));
  if (own.status != 204) head.append(fmt::format("Content-Length: {}\r\n", own.body.size()));
  if (own.status == 503 && x.answer_lines.empty()) head.append("Retry-After: 1\r\n");
  if (transient) head.append("Cache-Control: no-store\r\n");
  head.append("X-Request-ID: ").append(id_text(workspace)).append("\r\n");
  decision::append_to_own_answer(snapshot, x, head);
  append_connection(client, workspace, answer, head);
  head.append("\r\n");
  const std::string_view body = has_body(workspace) ? own.body : std::string_view();
  answer.bytes_out = body.size();
  answer.status = own.status;
  http::Parts parts;
  parts.add(head);
  parts.add(body.substr(0, kPiece));
  const auto patience = snapshot.config.gateway.send_timeout;
  http::Sent sent = http::send_now(client.stream, parts);
  if (sent == http::Sent::interrupted) {
    sent = co_await http::send_rest(client.stream, parts, patience);
  }
  if (sent == http::Sent::all && body.size() > kPiece) {
    sent = co_await send_pieces(client, body.substr(kPiece), patience);
  }
  if (sent != http::Sent::all) client.cut(/*reset=*/true);
}

net::Task<> send_problem(ClientConnection& client, const decision::Snapshot& snapshot,
                         Workspace& workspace, const Error& error, Answer& answer) {
  const DeciderInfo& what = info(error.decider);
  answer.decider = error.decider;
  const Field* type = find_field(workspace.request.fields, FieldId::content_type);
  if (type != nullptr && policy::is_grpc(type->value)) {
    // A gRPC client reads the status of its call, and nothing but 200 beside it.
    workspace.exchange.own = {200, "OK", "application/grpc", ""};
    policy::append_grpc_status(error, workspace.exchange.answer_lines);
    co_await send_own(client, snapshot, workspace, answer);
    answer.status = what.status;  // as the log tells it of any other protocol
    co_return;
  }
  const std::string body = problem_document(what, error, id_text(workspace));
  workspace.exchange.own = {what.status, what.title, "application/problem+json", body};
  co_await send_own(client, snapshot, workspace, answer);
}

}  // namespace gateway::proxy

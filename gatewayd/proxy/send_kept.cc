#include "gatewayd/proxy/send_kept.h"

#include <fmt/format.h>

#include "gatewayd/proxy/coded_form.h"
#include "gatewayd/proxy/compose.h"
#include "gatewayd/proxy/send_pieces.h"
#include "shared/decision/answer_fields.h"
#include "shared/policy/byte_range.h"

namespace gateway::proxy {
namespace {

using policy::ByteRange;
using policy::CacheEntry;

// A short body is copied behind the head: one piece costs the kernel less than the copy does.
constexpr std::size_t kJoined = 1024;

// What of the content is sent, and with which head.
struct Form {
  std::string_view body;
  std::string lines;  // beside the kept fields
};

void set_status(http::ResponseHead& head, std::uint16_t status, std::string_view text) {
  head.status = status;
  head.status_line_rest = text;
}

Form not_modified(http::ResponseHead& head) {
  set_status(head, 304, "304 Not Modified");
  head.has_content_length = false;
  return {};
}

Form part_of(const ByteRange& range, std::string_view body, http::ResponseHead& head) {
  if (range.kind == ByteRange::Kind::unsatisfiable) {
    set_status(head, 416, "416 Range Not Satisfiable");
    return {{}, fmt::format("Content-Range: bytes */{}\r\n", body.size())};
  }
  set_status(head, 206, "206 Partial Content");
  return {body.substr(range.first, range.last - range.first + 1),
          fmt::format("Content-Range: bytes {}-{}/{}\r\n", range.first, range.last, body.size())};
}

// The content as it is kept, or the part of it that is asked for.
Form choose_form(const Workspace& workspace, const CacheEntry& entry, std::int64_t now,
                 http::ResponseHead& head) {
  const Fields& asked = workspace.request.fields;
  const std::string_view body = entry.body->bytes;
  if (entry.status == 200) {
    if (policy::is_not_modified(asked, entry.validators, now)) return not_modified(head);
    if (workspace.request.method == "GET") {
      const ByteRange range = policy::choose_range(asked, entry.validators, body.size());
      if (range.kind != ByteRange::Kind::whole) return part_of(range, body, head);
    }
  }
  return {body, {}};
}

void read_head(const CacheEntry& entry, http::ResponseHead& head) {
  head.status = entry.status;
  head.minor = entry.minor;
  head.status_line_rest = entry.status_line_rest;
  head.fields = entry.fields;
  head.has_content_length = true;
  head.keep_alive = true;
}

}  // namespace

net::Task<> send_kept(ClientConnection& client, const decision::Snapshot& snapshot,
                      Workspace& workspace, Answer& answer) {
  decision::Exchange& x = workspace.exchange;
  const std::shared_ptr<const CacheEntry> entry = x.cache.entry;  // until it is sent
  http::ResponseHead& head = workspace.response;
  read_head(*entry, head);
  Form form = choose_form(workspace, *entry, x.time / 1'000'000, head);
  std::shared_ptr<const policy::CacheBody::Coded> coded;
  if (!x.route->compress.off() && head.status != 416) {
    decision::judge_coding(x, {head.status, head.fields, form.body.size()});
    if (x.compress.coding) coded = co_await coded_form(client, snapshot, *entry->body, x);
    if (coded != nullptr) form.body = coded->bytes;
  }
  head.content_length = form.body.size();
  if (client.closing() || client.context.draining) answer.keep_alive = false;
  x.cache.sent = true;
  x.cache.lines = form.lines;
  compose_response_head(snapshot, client.context.date(),
                        head.has_content_length ? http::Framing::length : http::Framing::none,
                        answer.keep_alive, workspace);
  const std::string_view body = workspace.request.method == "HEAD" ? std::string_view() : form.body;
  answer.decider = Decider::cache;
  answer.status = head.status;
  answer.bytes_out = body.size();
  http::Parts parts;
  parts.add(workspace.response_head);
  parts.add(body.substr(0, kPiece));
  parts.join(workspace.response_head, kJoined);
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

}  // namespace gateway::proxy

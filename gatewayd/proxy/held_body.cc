#include "gatewayd/proxy/held_body.h"

#include <fmt/format.h>

#include <iterator>

#include "gatewayd/proxy/compose.h"
#include "gatewayd/proxy/kept_head.h"
#include "gatewayd/proxy/upload.h"

namespace gateway::proxy {
namespace {

using http::BodyReader;
using http::Framing;
using net::Io;
using net::Wait;

void append_piece(Framing framing, std::string_view data, std::string& out) {
  if (framing != Framing::chunked) {
    out.append(data);
    return;
  }
  fmt::format_to(std::back_inserter(out), "{:x}\r\n", data.size());
  out.append(data).append("\r\n");
}

void append_end(Outgoing& request, std::string& out) {
  if (request.workspace.request.framing != Framing::chunked) return;
  std::string trailers;
  compose_request_trailers(request.snapshot, request.workspace, request.body.trailers(), trailers);
  out.append("0\r\n").append(trailers).append("\r\n");
}

net::Task<std::optional<Error>> receive(Outgoing& request) {
  ClientConnection& client = request.client;
  const SteadyTime deadline = request.until(request.gateway.client_body_timeout);
  const Wait wait = co_await client.stream.readable(deadline);
  if (wait == Wait::timeout) {
    co_return Error{Decider::body_timeout, "The request body did not arrive in time."};
  }
  if (wait == Wait::interrupted) co_return Error{Decider::client_closed, "The client left."};
  client.input.reserve();
  const net::IoResult result = client.stream.recv(client.input);
  if (result.io == Io::closed || result.io == Io::failed) {
    co_return Error{Decider::client_closed, "The client left."};
  }
  co_return std::nullopt;
}

}  // namespace

void hold_received_body(Outgoing& request) {
  const http::RequestHead& head = request.workspace.request;
  net::Buffer& input = request.client.input;
  const bool whole = head.framing == Framing::length && input.size() >= head.content_length;
  if (whole) request.held_body = request.body.take(input).data;
  if (whole || head.framing == Framing::none) request.body.take(input);  // states the end
}

net::Task<std::optional<Error>> hold_body(Outgoing& request, std::size_t most) {
  Workspace& workspace = request.workspace;
  const Framing framing = workspace.request.framing;
  std::string& held = workspace.held_body;
  held.clear();
  // A length that is known to be too long need not be waited for.
  const bool too_long = framing == Framing::length && workspace.request.content_length > most;
  if (request.body.ended() || workspace.request.expect_continue || too_long) co_return std::nullopt;
  keep_head(workspace);
  while (request.body.bytes() <= most) {
    const BodyReader::Step step = request.body.take(request.client.input);
    if (step.state == BodyReader::State::data) {
      append_piece(framing, step.data, held);
    } else if (step.state == BodyReader::State::end) {
      append_end(request, held);
      break;
    } else if (step.state == BodyReader::State::need_input) {
      auto error = co_await receive(request);
      if (error) co_return error;
    } else {
      co_return body_refusal(step.state);
    }
  }
  request.held_body = held;
  co_return std::nullopt;
}

}  // namespace gateway::proxy

#include "gatewayd/proxy/bring.h"

#include "gatewayd/proxy/ask_service.h"
#include "gatewayd/proxy/body_start.h"
#include "gatewayd/proxy/outgoing.h"
#include "shared/base/append.h"

namespace gateway::proxy {
namespace {

using Kind = decision::Awaited::Kind;

// An instance that is healthy, in turn; any, when none is.
const Peer& usable_peer(const ServiceView& service) {
  const SteadyTime now = std::chrono::steady_clock::now();
  const std::size_t count = service.peers.size();
  for (std::size_t i = 0; i < count; ++i) {
    const Peer& peer = service.peers[service.question_turn++ % count];
    if (peer.state->health.usable(now)) return peer;
  }
  return service.peers.front();
}

// What is asked of one instance of a service, as everything else of that service: over TLS with the
// service's own authorities, in the protocol that it speaks.
OwnRequest question_of(const config::Service& service, const Peer& peer,
                       const decision::Awaited& awaited) {
  const policy::IntrospectionQuestion& question = awaited.question;
  OwnRequest request;
  request.endpoint = *peer.pool->endpoint();
  if (peer.pool->tls() != nullptr) request.tls = peer.pool->tls()->shared_from_this();
  request.http2 = service.http2;
  request.timeout = awaited.token_service->timeout;
  request.max_body = policy::kMaxIntrospectionAnswer;
  append_all(request.text, question.method, " ", question.target,
             " HTTP/1.1\r\nHost: ", authority_of(service.instances[peer.instance]),
             "\r\nConnection: close\r\nAccept: application/json\r\n");
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) append_all(request.text, name, ": ", value, "\r\n");
  };
  add("Authorization", question.authorization);
  add("Content-Type", question.content_type);
  if (!question.body.empty()) add("Content-Length", std::to_string(question.body.size()));
  append_all(request.text, "\r\n", question.body);
  return request;
}

net::Task<> bring_introspection(Context& context, const View& view, decision::Exchange& x) {
  const std::uint32_t service = x.awaited.token_service->service;
  const Peer& peer = usable_peer(*view.services[service]);
  if (!peer.pool->endpoint()) co_return;  // its name is not known
  net::Offload& pool = context.off_loop.questions;
  OwnRequest question = question_of(view.snapshot->config.services[service], peer, x.awaited);
  // The timeout counts from when the request asked, not from when its turn came: behind a service
  // that hangs nobody waits for longer than that.
  const SteadyTime deadline = std::chrono::steady_clock::now() + question.timeout;
  OwnAnswer answer;
  std::function<void()> work = [&question, &answer, deadline, stop = pool.ending()] {
    const auto left = deadline - std::chrono::steady_clock::now();
    question.timeout = std::chrono::duration_cast<milliseconds>(left);
    if (question.timeout > milliseconds::zero()) answer = ask_service(question, stop);
  };
  co_await pool.on(context.loop, std::move(work));
  if (!answer.whole) co_return;
  x.brought.done = true;
  x.brought.status = answer.status;
  x.brought.answer = std::move(answer.body);
}

net::Task<> bring_password(Context& context, decision::Exchange& x) {
  const policy::PasswordHash& hash = *x.awaited.candidate.hash;
  const std::string& password = x.awaited.password.password;
  bool good = false;
  std::function<void()> work = [&] { good = hash.verify(password); };
  const bool ran = co_await context.off_loop.passwords.on(context.loop, std::move(work));
  x.brought.done = ran;
  x.brought.password_good = good;
}

net::Task<> bring_keys(Context& context, decision::Exchange& x) {
  const std::shared_ptr<KeySource> source = context.keys;
  if (source == nullptr) co_return;
  x.brought.done = true;
  if (!source->is_settled(std::chrono::steady_clock::now())) {
    net::Offload& pool = context.off_loop.keys;
    std::function<void()> work = [&source, &pool] { source->fetch(pool.ending()); };
    x.brought.done = co_await pool.on(context.loop, std::move(work));
  }
  // A reload may have brought another source meanwhile.
  const auto current = source->current();
  if (source == context.keys && current != context.decisions.keys()) {
    context.decisions.use_keys(current);
  }
}

}  // namespace

net::Task<> bring(ClientConnection& client, const View& view, Workspace& workspace) {
  decision::Exchange& x = workspace.exchange;
  switch (x.awaited.kind) {
    case Kind::introspection:
      co_await bring_introspection(client.context, view, x);
      break;
    case Kind::password:
      co_await bring_password(client.context, x);
      break;
    case Kind::keys:
      co_await bring_keys(client.context, x);
      break;
    case Kind::body:
      co_await bring_body_start(client, view.snapshot->config, workspace);
      break;
    case Kind::nothing:
      break;
  }
}

}  // namespace gateway::proxy

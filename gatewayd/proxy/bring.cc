#include "gatewayd/proxy/bring.h"

#include "gatewayd/net/ask.h"
#include "gatewayd/proxy/body_start.h"

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

// What is asked of one instance of a service.
net::Question question_of(const View& view, const decision::Awaited& awaited) {
  const decision::TokenService& asked = *awaited.token_service;
  const auto& instances = view.snapshot->config.services[asked.service].instances;
  const Peer& peer = usable_peer(*view.services[asked.service]);
  const config::Instance& instance = instances[peer.instance];
  const auto& endpoint = peer.pool->endpoint();
  net::Question question;
  question.host = instance.host;
  if (endpoint) question.address = endpoint->address;
  question.port = instance.port;
  question.method = awaited.question.method;
  question.target = awaited.question.target;
  question.fields.emplace_back("Accept", "application/json");
  if (!awaited.question.authorization.empty()) {
    question.fields.emplace_back("Authorization", awaited.question.authorization);
  }
  if (!awaited.question.content_type.empty()) {
    question.fields.emplace_back("Content-Type", awaited.question.content_type);
  }
  question.body = awaited.question.body;
  question.timeout = asked.timeout;
  question.max_answer = policy::kMaxIntrospectionAnswer;
  return question;
}

// The timeout counts from when the request asked, not from when its turn came: behind a service
// that hangs nobody waits for longer than that.
void ask_until(SteadyTime deadline, net::Question& question, std::optional<net::Reply>& reply) {
  const auto left = deadline - std::chrono::steady_clock::now();
  question.timeout = std::chrono::duration_cast<milliseconds>(left);
  if (question.timeout <= milliseconds::zero()) return;
  auto answer = net::ask(question);
  if (answer.ok()) reply = std::move(*answer);
}

net::Task<> bring_introspection(Context& context, const View& view, decision::Exchange& x) {
  net::Offload& pool = context.off_loop.questions;
  net::Question question = question_of(view, x.awaited);
  question.stop = pool.ending();
  const SteadyTime deadline = std::chrono::steady_clock::now() + question.timeout;
  std::optional<net::Reply> reply;
  std::function<void()> work = [&question, &reply, deadline] {
    ask_until(deadline, question, reply);
  };
  co_await pool.on(context.loop, std::move(work));
  if (!reply) co_return;
  x.brought.done = true;
  x.brought.status = reply->status;
  x.brought.answer = std::move(reply->body);
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

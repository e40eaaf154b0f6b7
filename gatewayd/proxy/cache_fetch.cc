#include "gatewayd/proxy/cache_fetch.h"

#include "gatewayd/net/pause.h"
#include "gatewayd/proxy/cache_fill.h"
#include "gatewayd/proxy/compose.h"
#include "gatewayd/proxy/forward.h"
#include "gatewayd/proxy/mirror.h"
#include "gatewayd/proxy/send_kept.h"
#include "shared/decision/pipeline.h"

namespace gateway::proxy {
namespace {

using Joined = policy::CacheStore::Joined;
using net::Wait;

// One request's wait for another's fetch, which may be of another worker.
class Waiting final : public policy::CacheWaiter, public std::enable_shared_from_this<Waiting> {
 public:
  explicit Waiting(net::Loop& loop) : loop_(loop), pause_(loop) {}

  void fetched() override {
    loop_.post([self = shared_from_this()] {
      self->done_ = true;
      self->pause_.wake();
    });
  }

  // On the loop's thread, as all below.
  bool done() const { return done_; }
  net::Pause& pause() { return pause_; }

 private:
  net::Loop& loop_;
  net::Pause pause_;
  bool done_ = false;
};

// Until another has fetched it; timeout at `deadline`, interrupted when the client left.
net::Task<Wait> wait_for_other(ClientConnection& client, const decision::Exchange& x,
                               policy::CacheStore& store, std::shared_ptr<Waiting> waiting,
                               SteadyTime deadline) {
  client.cancel_on_leave(&waiting->pause());
  client.notice_leave();
  Wait wait = Wait::ready;
  if (client.left()) {
    wait = Wait::interrupted;
  } else if (!waiting->done()) {
    wait = co_await waiting->pause().until(deadline);
  }
  client.cancel_on_leave(nullptr);
  store.leave(x.cache_key, x.cache.hash, waiting.get());
  co_return wait;
}

struct Turn {
  bool left = false;          // the client did
  policy::FillTicket ticket;  // set: others wait for this request
};

// Waits while others fetch the same. Afterwards the answer may be there: exchange.cache tells.
net::Task<Turn> await_turn(ClientConnection& client, const View& view, Workspace& workspace,
                           policy::CacheStore& store) {
  decision::Exchange& x = workspace.exchange;
  const policy::CacheRules& rules = *x.route->cache;
  const SteadyTime deadline = client.context.loop.now() + rules.wait;
  Turn turn;
  while (x.cache.waits) {
    std::shared_ptr<Waiting> waiting;
    if (client.context.loop.now() < deadline) {
      waiting = std::make_shared<Waiting>(client.context.loop);
    }
    const Joined joined =
        store.join(x.cache_key, x.cache.hash, rules.max_waiting, waiting, turn.ticket);
    if (joined != Joined::waits) break;
    const Wait wait = co_await wait_for_other(client, x, store, waiting, deadline);
    turn.left = wait == Wait::interrupted;
    if (turn.left) break;
    decision::consult_again(*view.snapshot, client.context.decisions, x);
    x.cache.collapsed = x.cache.has_answer();
    if (x.cache.collapsed) break;
  }
  co_return std::move(turn);
}

bool is_of_upstream(const Error& error) {
  switch (error.decider) {
    case Decider::breaker_open:
    case Decider::no_instance:
    case Decider::upstream_busy:
      return true;
    default:
      return info(error.decider).side == Side::upstream;
  }
}

// The fields of a request whose memory goes before they do.
class OwnFields {
 public:
  explicit OwnFields(const Fields& fields) {
    std::size_t bytes = 0;
    for (const Field& field : fields) bytes += field.name.size() + field.value.size();
    text_.reserve(bytes);
    for (const Field& field : fields) {
      const std::string_view name = keep(field.name);
      fields_.push_back({name, keep(field.value), {}, field.id});
    }
  }
  OwnFields(const OwnFields&) = delete;
  OwnFields& operator=(const OwnFields&) = delete;
  const Fields& fields() const { return fields_; }

 private:
  std::string_view keep(std::string_view text) {
    const std::size_t at = text_.size();
    text_.append(text);
    return std::string_view(text_).substr(at);
  }
  std::string text_;
  Fields fields_;
};

// Takes the answer to a copy of a request into the cache.
class Refreshing final : public CopyAnswer {
 public:
  Refreshing(Context& context, const decision::Exchange& x, policy::FillTicket ticket)
      : context_(context),
        began_(context.loop.now()),
        fields_(*x.fields),
        fill_(*context.decisions.cache, x, fields_.fields(), std::move(ticket)) {}

  void head(const http::ResponseHead& response) override {
    const SteadyTime now = context_.loop.now();
    fill_.judge(response, std::chrono::floor<seconds>(now - began_),
                context_.unix_time(now) / 1'000'000);
  }
  void data(std::string_view piece) override { fill_.add(piece); }
  void end(bool whole) override { fill_.end(whole); }

 private:
  Context& context_;
  const SteadyTime began_;
  const OwnFields fields_;
  CacheFill fill_;
};

// The path of a URI when it is of this host; empty: it is of another, or none.
std::string_view path_on(std::string_view host, std::string_view uri) {
  if (const std::size_t authority = uri.find("://"); authority != uri.npos) {
    uri.remove_prefix(authority + 3);
    const std::string_view named = uri.substr(0, uri.find_first_of("/?#"));
    if (!ascii_iequals(named.substr(0, named.rfind(':')), host)) return {};
    uri.remove_prefix(named.size());
  }
  if (!uri.starts_with('/')) return {};
  return uri.substr(0, uri.find_first_of("?#"));
}

bool is_safe(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE";
}

}  // namespace

net::Task<std::optional<Error>> fetch(ClientConnection& client, const View& view,
                                      Workspace& workspace, Answer& answer) {
  decision::Exchange& x = workspace.exchange;
  policy::CacheStore& store = *client.context.decisions.cache;
  if (x.cache.waits) {
    Turn turn = co_await await_turn(client, view, workspace, store);
    if (turn.left) co_return Error{Decider::client_closed, "The client left."};
    if (x.cache.has_answer()) {
      co_await send_kept(client, *view.snapshot, workspace, answer);
      co_return std::nullopt;
    }
    workspace.fill =
        std::make_unique<CacheFill>(store, x, workspace.request.fields, std::move(turn.ticket));
  } else if (x.cache.fills) {
    workspace.fill =
        std::make_unique<CacheFill>(store, x, workspace.request.fields, policy::FillTicket());
  }
  std::optional<Error> error = co_await forward(client, view, workspace, answer);
  bool is_kept = false;
  if (workspace.fill != nullptr) {
    const CacheFill::Verdict verdict = workspace.fill->verdict();
    is_kept = verdict != CacheFill::Verdict::passes;
    x.cache.failed = verdict == CacheFill::Verdict::stands_in;
    if (workspace.fill->renewed() != nullptr) x.cache.entry = workspace.fill->renewed();
    workspace.fill.reset();
  }
  if (error && is_of_upstream(*error) && x.cache.entry != nullptr && x.cache.reuse.if_error) {
    is_kept = x.cache.failed = true;
    error.reset();
  }
  if (is_kept) co_await send_kept(client, *view.snapshot, workspace, answer);
  co_return error;
}

void refresh(ClientConnection& client, const View& view, Workspace& workspace) {
  decision::Exchange& x = workspace.exchange;
  Context& context = client.context;
  policy::FillTicket ticket;
  const Joined joined =
      context.decisions.cache->join(x.cache_key, x.cache.hash, 0, nullptr, ticket);
  if (joined != Joined::leads || x.method != "GET") return;
  const config::Service& service = view.snapshot->config.services[x.service];
  compose_request_head(client, *view.snapshot, authority_of(service.instances.front()), workspace);
  send_copy(context, *view.snapshot, *view.services[x.service], service,
            {patience_of(service, x.route->upstream), workspace.request_head, /*to_head=*/false},
            std::make_unique<Refreshing>(context, x, std::move(ticket)));
}

void invalidate_changed(const Workspace& workspace, const Answer& answer,
                        policy::CacheStore& store) {
  const decision::Exchange& x = workspace.exchange;
  const bool succeeded = answer.status >= 200 && answer.status < 400;
  if (!succeeded || is_safe(x.method)) return;
  store.invalidate(x.host, x.path);
  for (const char* name : {"location", "content-location"}) {
    const Field* field = find_field(workspace.response.fields, name);
    if (field == nullptr) continue;
    const std::string_view path = path_on(x.host, field->value);
    if (!path.empty()) store.invalidate(x.host, path);
  }
}

}  // namespace gateway::proxy

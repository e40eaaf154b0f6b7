#include "shared/decision/steps.h"
#include "shared/decision/values.h"
#include "shared/policy/cache_key.h"
#include "shared/policy/precondition.h"

namespace gateway::decision {
namespace {

using Kind = CacheTurn::Kind;
using Use = policy::CacheReuse::Use;

Next tell(Exchange& x, Kind kind, const char* why) {
  x.cache.kind = kind;
  x.cache.why = why;
  const Verdict verdict = x.cache.has_answer() ? Verdict::answered : Verdict::passed;
  x.trace.add({Stage::cache, verdict, why, x.route->name, ""});
  return x.cache.has_answer() ? Next::respond : Next::go_on;
}

// Why this request is none of the cache's; null: it is.
const char* passes_by(const Exchange& x) {
  if (x.method != "GET" && x.method != "HEAD") return "not asked: of GET and HEAD alone answers are kept";
  if (x.has_body) return "not asked: the request has a body";
  if (find_field(*x.fields, FieldId::upgrade) != nullptr) {
    return "not asked: the request wants another protocol";
  }
  if (x.cache.request.no_store) return "not asked: the request says no-store";
  if (policy::asks_for_origin(*x.fields)) return "not asked: the service itself must judge If-Match";
  return nullptr;
}

void read_asker(Exchange& x) {
  policy::CacheAsker& asker = x.cache.asker;
  asker.no_store = x.cache.request.no_store;
  asker.authorised =
      x.identity != nullptr || find_field(*x.fields, FieldId::authorization) != nullptr;
  asker.told_apart = x.route->cache->by_user && x.identity != nullptr;
  asker.has_cookie = find_field(*x.fields, FieldId::cookie) != nullptr;
}

void write_key(const Snapshot& snapshot, Exchange& x) {
  const policy::CacheTarget target{.route = x.route->name,
                                   .service = snapshot.config.services[x.service].name,
                                   .secure = x.secure,
                                   .host = x.host,
                                   .path = x.path,
                                   .upstream_path = x.upstream_path,
                                   .has_query = x.has_upstream_query,
                                   .query = x.upstream_query};
  policy::write_cache_key(target, *x.route->cache, key_source(x), x.cache_key);
}

Next use(Exchange& x, std::int64_t now) {
  CacheTurn& turn = x.cache;
  turn.reuse = policy::judge_reuse(turn.entry->times, turn.request, now);
  if (turn.reuse.use == Use::validate) return tell(x, Kind::invalid, turn.reuse.why);
  x.own = {turn.entry->status, "", "", ""};
  x.own_decider = Decider::cache;
  return tell(x, turn.reuse.use == Use::refresh ? Kind::refreshed : Kind::answered, turn.reuse.why);
}

}  // namespace

Next consult_cache(const Snapshot& snapshot, State& state, Exchange& x) {
  if (!x.route->cache) return Next::go_on;
  CacheTurn& turn = x.cache;
  turn.request = policy::parse_request_cache_control(*x.fields);
  if (const char* why = passes_by(x)) return tell(x, Kind::passed, why);
  read_asker(x);
  write_key(snapshot, x);
  const bool whole = find_field(*x.fields, FieldId::range) == nullptr;
  turn.fills = x.method == "GET" && whole && state.cache != nullptr;
  if (state.cache == nullptr) return tell(x, Kind::missed, "asked; what is kept is not known here");
  turn.hash = state.cache->hash_of(x.cache_key);
  const std::int64_t now = x.time / 1'000'000;
  policy::CacheStore::Found found = state.cache->find(x.cache_key, turn.hash, *x.fields, now);
  turn.entry = std::move(found.entry);
  turn.uri_known = found.uri_known;
  // Most answers to credentials are one user's alone: for those nobody is to wait.
  const bool shareable = !turn.asker.authorised || turn.asker.told_apart;
  turn.waits = turn.fills && shareable && !found.passes;
  if (turn.entry != nullptr) {
    if (const Next next = use(x, now); next == Next::respond) return next;
  } else if (!turn.request.only_if_cached) {
    return tell(x, Kind::missed, found.passes ? "nothing kept, as was no answer lately"
                                 : found.uri_known
                                     ? "nothing kept for these values of Vary"
                                     : "nothing kept");
  }
  if (!turn.request.only_if_cached) return Next::go_on;
  constexpr const char* kWhy = "The request asks for a kept answer alone, and there is none.";
  return refuse(x, {Decider::only_if_cached, kWhy},
                {Stage::cache, Verdict::refused, "nothing kept, and only-if-cached", "", ""});
}

}  // namespace gateway::decision

#include "shared/decision/keep_trace.h"

#include <algorithm>
#include <array>

#include "shared/decision/kept_records.h"

namespace gateway::decision {
namespace {

// Bytes of a text that are kept at most.
constexpr std::size_t kMaxWord = 64;
constexpr std::size_t kMaxName = 128;
constexpr std::size_t kMaxText = 256;
constexpr std::size_t kMaxPath = 1024;
constexpr std::size_t kMaxWords = 16;  // of a list of roles or scopes

void write_place(const Snapshot& snapshot, const config::Place& place, RecordWriter& out) {
  const bool stands = place && place.file < snapshot.config.files.size();
  out.text(stands ? std::string_view(snapshot.config.files[place.file].path) : "", kMaxText);
  out.number(stands ? place.line : 0u);
}

void write_words(const std::vector<std::string>& words, RecordWriter& out) {
  const std::size_t count = std::min(words.size(), kMaxWords);
  out.number(static_cast<std::uint8_t>(count));
  for (std::size_t i = 0; i < count; ++i) out.text(words[i], kMaxWord);
}

void write_request(const Snapshot& snapshot, const Exchange& x, const KeptEnd& end,
                   RecordWriter& out) {
  out.begin(KeptTag::request);
  out.number(x.time);
  out.number(end.total_us);
  out.number(end.upstream_us);
  out.number(end.status);
  out.number(static_cast<std::uint8_t>(end.decider));
  out.number(end.retries);
  out.number(snapshot.revision);
  out.text(x.method, kMaxWord);
  out.text(x.host, kMaxText);
  out.text(x.raw_path, kMaxPath);
  out.text(x.client_text, kMaxWord);
  out.text(x.identity != nullptr ? std::string_view(x.identity->user) : "", kMaxText);
  out.text(x.client == x.peer ? std::string_view() : x.peer_text, kMaxWord);
  out.end();
}

void write_route(const Snapshot& snapshot, const Exchange& x, RecordWriter& out) {
  if (x.route == nullptr) return;
  const config::Config& config = snapshot.config;
  out.begin(KeptTag::route);
  out.text(x.route->name, kMaxName);
  const bool known = x.route->config_index < config.routes.size();
  out.text(known ? std::string_view(config.routes[x.route->config_index].path.value) : "",
           kMaxText);
  write_place(snapshot, known ? config.routes[x.route->config_index].place : config::Place{}, out);
  const bool served = x.service < config.services.size();
  out.text(served ? std::string_view(config.services[x.service].name) : "", kMaxName);
  write_place(snapshot, served ? config.services[x.service].place : config::Place{}, out);
  out.text(x.path, kMaxPath);
  out.text(served ? x.upstream_path : std::string_view(), kMaxPath);
  out.end();
}

void write_who(const Exchange& x, RecordWriter& out) {
  if (x.identity != nullptr) {
    out.begin(KeptTag::identity);
    out.text(x.identity->user, kMaxText);
    out.number(x.identity->expires);
    write_words(x.identity->roles, out);
    write_words(x.identity->scopes, out);
    out.end();
  }
  if (x.route != nullptr && !x.route->access.empty()) {
    out.begin(KeptTag::access);
    write_words(x.route->access.roles, out);
    write_words(x.route->access.scopes, out);
    out.end();
  }
  if (x.cors.kind != policy::CorsVerdict::Kind::not_cross_origin) {
    out.begin(KeptTag::cors);
    out.number(static_cast<std::uint8_t>(x.cors.is_preflight()));
    out.number(static_cast<std::uint8_t>(x.cors.kind == policy::CorsVerdict::Kind::allowed));
    out.text(x.cors.origin, kMaxText);
    out.end();
  }
}

void write_step(const Step& step, RecordWriter& out) {
  out.begin(KeptTag::step);
  out.number(static_cast<std::uint8_t>(step.stage));
  out.number(static_cast<std::uint8_t>(step.verdict));
  out.text(step.why, kMaxText);
  out.text(step.rule, kMaxName);
  out.text(step.detail, kMaxText);
  if (step.network != nullptr) {
    out.number(step.network->bits);
    for (const std::uint8_t byte : step.network->network.bytes) out.number(byte);
  }
  out.end();
}

// The names of what it counts by; not the values of fields, which may be credentials.
void write_limit(const Snapshot& snapshot, const policy::LimitVerdict& verdict, RecordWriter& out) {
  const policy::Rate& rate = verdict.rule->rate();
  const auto index = static_cast<std::size_t>(verdict.rule - snapshot.limits.all().data());
  out.begin(KeptTag::limit);
  out.text(verdict.rule->name(), kMaxName);
  out.number(static_cast<std::uint8_t>(verdict.tally.allowed));
  out.number(static_cast<std::uint8_t>(verdict.observed));
  out.number(static_cast<std::uint8_t>(rate.bucket));
  out.number(rate.cost);
  out.number(rate.capacity);
  out.number(verdict.tally.limit);
  out.number(verdict.tally.used);
  out.number(verdict.tally.reset);
  out.number(verdict.tally.retry_after);
  if (index < snapshot.config.limits.size()) {
    const config::Limit& limit = snapshot.config.limits[index];
    write_place(snapshot, limit.place, out);
    out.number(static_cast<std::uint8_t>(limit.ipv6_prefix));
    const std::size_t parts = std::min(limit.key.size(), kMaxWords);
    out.number(static_cast<std::uint8_t>(parts));
    for (std::size_t i = 0; i < parts; ++i) out.text(limit.key[i].value, kMaxWord);
  }
  out.end();
}

void write_steps(const Snapshot& snapshot, const Exchange& x, RecordWriter& out) {
  std::size_t limits = 0;  // their verdicts stand in the order of their steps
  for (const Step& step : x.trace.steps()) {
    if (step.stage == Stage::limit && limits < x.limits.all().size()) {
      write_limit(snapshot, x.limits.all()[limits++], out);
    } else {
      write_step(step, out);
    }
  }
}

void write_attempt(const AttemptNote& note, RecordWriter& out) {
  out.begin(KeptTag::attempt);
  out.number(static_cast<std::uint8_t>(note.kind));
  out.number(static_cast<std::uint8_t>(note.stale));
  out.number(static_cast<std::uint8_t>(note.lost));
  out.number(static_cast<std::uint8_t>(note.decider));
  out.number(note.status);
  out.number(note.began_us);
  out.number(note.took_us);
  out.text(note.instance, kMaxText);
  out.text(note.address, kMaxWord);
  out.end();
}

}  // namespace

std::string_view keep_trace(const Snapshot& snapshot, const Exchange& x, const KeptEnd& end,
                            std::span<char, kMaxKeptTrace> all) {
  // Room for the last record, which says what is missing.
  constexpr std::size_t kLeftOut = 16;
  RecordWriter out(all.first(all.size() - kLeftOut));
  write_request(snapshot, x, end, out);
  if (x.refusal) {
    out.begin(KeptTag::outcome);
    out.text(x.refusal->detail, kMaxText);
    out.end();
  }
  write_route(snapshot, x, out);
  write_who(x, out);
  for (const AttemptNote& note : end.attempts) write_attempt(note, out);
  write_steps(snapshot, x, out);
  const std::size_t left_out = x.trace.left_out() + end.attempts_left_out;
  if (left_out == 0 && !out.cut()) return out.bytes();
  out.widen(all);
  out.begin(KeptTag::left_out);
  out.number(static_cast<std::uint32_t>(left_out));
  out.number(static_cast<std::uint8_t>(out.cut()));
  out.end();
  return out.bytes();
}

}  // namespace gateway::decision

#include <fmt/format.h>

#include <algorithm>

#include "shared/decision/explain_lines.h"
#include "shared/decision/step_words.h"

namespace gateway::decision {
namespace {

using policy::LimitVerdict;

const config::Limit* find_limit(const config::Config& config, std::string_view name) {
  const auto found = std::find_if(config.limits.begin(), config.limits.end(),
                                  [&](const config::Limit& limit) { return limit.name == name; });
  return found == config.limits.end() ? nullptr : &*found;
}

// The address as the rule counts it: of IPv6 the prefix.
std::string address_text(const config::Limit& limit, const IpAddress& address) {
  if (address.is_v4() || limit.ipv6_prefix >= 128) return to_string(address);
  IpAddress network = address;
  for (unsigned bit = limit.ipv6_prefix; bit < 128; ++bit) {
    network.bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80u >> bit % 8));
  }
  return fmt::format("{}/{}", to_string(network), limit.ipv6_prefix);
}

// What the request is counted under.
std::string part_text(const config::Limit& limit, const policy::KeyPart& part, const Exchange& x) {
  switch (part.kind) {
    case policy::KeyPart::Kind::global:
      return "everyone";
    case policy::KeyPart::Kind::ip:
      return "ip " + address_text(limit, x.client);
    case policy::KeyPart::Kind::user:
      if (x.identity != nullptr) return "user " + x.identity->user;
      return "no user, ip " + address_text(limit, x.client);
    case policy::KeyPart::Kind::endpoint:
      return fmt::format("endpoint {} {}", x.method, x.route->name);
    case policy::KeyPart::Kind::header: {
      const Field* field = find_field(*x.fields, std::string_view(part.header));
      return fmt::format("{}: {}", part.header,
                         field == nullptr ? std::string_view() : field->value);
    }
  }
  return {};
}

std::string key_text(const config::Limit& limit, const Exchange& x) {
  std::string text;
  for (const auto& name : limit.key) {
    const auto part = policy::parse_key_part(name.value);
    if (!part) continue;
    if (!text.empty()) text += ", ";
    text += part_text(limit, *part, x);
  }
  return text;
}

}  // namespace

ExplainLine limit_line(const Snapshot& snapshot, const Exchange& x, const LimitVerdict& verdict) {
  const policy::Rate& rate = verdict.rule->rate();
  LimitFacts facts;
  facts.name = verdict.rule->name();
  if (!verdict.tally.allowed) {
    facts.verdict = verdict.observed ? Verdict::observed : Verdict::refused;
  }
  facts.allowed = verdict.tally.allowed;
  facts.bucket = rate.bucket;
  facts.cost = rate.cost;
  facts.capacity = rate.capacity;
  facts.limit = verdict.tally.limit;
  facts.used = verdict.tally.used;
  facts.reset = verdict.tally.reset;
  facts.retry_after = verdict.tally.retry_after;
  if (const config::Limit* limit = find_limit(snapshot.config, verdict.rule->name())) {
    facts.counted_by = key_text(*limit, x);
    facts.place = place_text(snapshot, limit->place);
  }
  return line_of(facts, x.time);
}

}  // namespace gateway::decision

#include <fmt/format.h>

#include <algorithm>

#include "shared/decision/explain_lines.h"

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

// "12 of 500 used, window ends in 31m". What is used is without this request, which is not charged.
std::string tally_text(const LimitVerdict& verdict, UnixMicros now) {
  const policy::Tally& tally = verdict.tally;
  const policy::Rate& rate = verdict.rule->rate();
  const std::uint64_t used =
      tally.allowed ? tally.used - std::min(tally.used, std::uint64_t{rate.cost}) : tally.used;
  std::string text = fmt::format("{} of {} used", used, tally.limit);
  if (rate.cost != 1) text += fmt::format(", this costs {}", rate.cost);
  if (tally.limit < rate.capacity) {
    text += fmt::format(", shrunk from {} under load", rate.capacity);
  }
  if (!tally.allowed) {
    text += fmt::format(", {} {}",
                        verdict.observed ? "only observed, would refuse for" : "passes again in",
                        span_text(tally.retry_after));
  } else if (used != 0 || !rate.bucket) {
    const std::int64_t left = std::max<std::int64_t>(tally.reset - now / 1'000'000, 0);
    text += fmt::format(", {} in {}", rate.bucket ? "empty again" : "window ends", span_text(left));
  }
  return text;
}

}  // namespace

ExplainLine limit_line(const Snapshot& snapshot, const Exchange& x, const LimitVerdict& verdict) {
  ExplainLine line{ExplainLine::Kind::passed,   "limit", verdict.rule->name(), "",
                   tally_text(verdict, x.time), ""};
  if (!verdict.tally.allowed) {
    line.kind = verdict.observed ? ExplainLine::Kind::observed : ExplainLine::Kind::refused;
  }
  if (const config::Limit* limit = find_limit(snapshot.config, verdict.rule->name())) {
    line.detail = key_text(*limit, x);
    line.place = place_text(snapshot, limit->place);
  }
  return line;
}

}  // namespace gateway::decision

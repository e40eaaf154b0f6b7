#include "shared/decision/kept_trace.h"

#include <fmt/format.h>

#include <array>

#include "shared/decision/kept_records.h"
#include "shared/decision/step_words.h"
#include "shared/policy/limit_rule.h"

namespace gateway::decision {
namespace {

// More than any writer makes; a damaged file may claim as many.
constexpr std::size_t kMostLines = 256;

std::string text_of(RecordReader& in) {
  return std::string(in.text());
}

std::string place_of(RecordReader& in) {
  const std::string_view path = in.text();
  const auto line = in.number<std::uint32_t>();
  return line == 0 ? std::string() : fmt::format("{}:{}", path, line);
}

// A damaged file may hold any number: those that are no time of this era are none.
std::int64_t within(std::int64_t value, std::int64_t most) {
  return value < 0 || value > most ? 0 : value;
}
constexpr std::int64_t kLastSecond = 253'402'300'799;  // of the year 9999

UnixMicros time_of(RecordReader& in) {
  return within(in.number<UnixMicros>(), kLastSecond * 1'000'000);
}

std::vector<std::string_view> words_of(RecordReader& in) {
  std::vector<std::string_view> words;
  for (std::size_t count = in.number<std::uint8_t>(); count > 0 && !in.done(); --count) {
    words.push_back(in.text());
  }
  return words;
}

// The address as the rule counts it: of IPv6 the prefix.
std::string address_text(const std::string& client, unsigned ipv6_prefix) {
  const auto address = parse_ip(client);
  if (!address || address->is_v4() || ipv6_prefix >= 128) return client;
  IpAddress network = *address;
  for (unsigned bit = ipv6_prefix; bit < 128; ++bit) {
    network.bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80u >> bit % 8));
  }
  return fmt::format("{}/{}", to_string(network), ipv6_prefix);
}

// Reads the records of one trace in their order.
class KeptReader {
 public:
  void read(KeptTag tag, RecordReader in) {
    switch (tag) {
      case KeptTag::request:
        return read_request(in);
      case KeptTag::outcome:
        out_.reason = text_of(in);
        return;
      case KeptTag::route:
        return read_route(in);
      case KeptTag::identity:
        facts_.identified = true;
        facts_.user = in.text();
        facts_.expires = time_of(in);
        facts_.roles = words_of(in);
        facts_.scopes = words_of(in);
        return;
      case KeptTag::access:
        facts_.needed_roles = words_of(in);
        facts_.needed_scopes = words_of(in);
        return;
      case KeptTag::cors:
        facts_.preflight = in.number<std::uint8_t>() != 0;
        facts_.cors_allowed = in.number<std::uint8_t>() != 0;
        facts_.cors_origin = in.text();
        return;
      case KeptTag::step:
        return read_step(in);
      case KeptTag::limit:
        return read_limit(in);
      case KeptTag::attempt:
        return read_attempt(in);
      case KeptTag::left_out:
        out_.left_out = in.number<std::uint32_t>();
        out_.cut = in.number<std::uint8_t>() != 0;
        return;
    }
  }

  KeptTrace finish() {
    if (!service_place_.empty() || !out_.service.empty()) tell_target();
    return std::move(out_);
  }

 private:
  void read_request(RecordReader& in) {
    out_.time = facts_.time = time_of(in);
    out_.total_us = in.number<std::uint32_t>();
    out_.upstream_us = in.number<std::uint32_t>();
    out_.status = in.number<std::uint16_t>();
    out_.decider = name_of(in.number<std::uint8_t>());
    out_.retries = in.number<std::uint8_t>();
    out_.revision = in.number<std::uint32_t>();
    out_.method = text_of(in);
    out_.host = text_of(in);
    out_.path = text_of(in);
    out_.client = text_of(in);
    out_.user = text_of(in);
    const std::string peer = text_of(in);
    if (!peer.empty() && peer != out_.client) {
      add({ExplainLine::Kind::passed, "client", out_.client,
           fmt::format("told by {}, a trusted proxy", peer), "", ""});
    }
  }

  void read_route(RecordReader& in) {
    out_.route = text_of(in);
    pattern_ = text_of(in);
    route_place_ = place_of(in);
    out_.service = text_of(in);
    service_place_ = place_of(in);
    path_ = text_of(in);
    upstream_path_ = text_of(in);
  }

  void read_step(RecordReader& in) {
    Step step;
    step.stage = static_cast<Stage>(in.number<std::uint8_t>());
    step.verdict = static_cast<Verdict>(in.number<std::uint8_t>());
    const std::string why = text_of(in);
    step.why = why.c_str();
    step.rule = in.text();
    step.detail = in.text();
    Cidr network;
    if (!in.done()) {
      network.bits = std::min<std::uint8_t>(in.number<std::uint8_t>(), 128);
      for (std::uint8_t& byte : network.network.bytes) byte = in.number<std::uint8_t>();
      step.network = &network;
    }
    if (step.stage != Stage::route) return add(line_of(step, facts_));
    ExplainLine line{kind_of(step.verdict), "route", std::string(step.rule), pattern_, "",
                     route_place_};
    if (step.verdict == Verdict::refused) {
      line.summary = "none";
      line.detail = why;
    }
    add(std::move(line));
  }

  void read_limit(RecordReader& in) {
    LimitFacts limit;
    limit.name = in.text();
    limit.allowed = in.number<std::uint8_t>() != 0;
    const bool observed = in.number<std::uint8_t>() != 0;
    if (!limit.allowed) limit.verdict = observed ? Verdict::observed : Verdict::refused;
    limit.bucket = in.number<std::uint8_t>() != 0;
    limit.cost = in.number<std::uint32_t>();
    limit.capacity = in.number<std::uint64_t>();
    limit.limit = in.number<std::uint64_t>();
    limit.used = in.number<std::uint64_t>();
    limit.reset = within(in.number<std::int64_t>(), kLastSecond);
    limit.retry_after = in.number<std::uint32_t>();
    limit.place = place_of(in);
    const unsigned ipv6_prefix = in.number<std::uint8_t>();
    for (const std::string_view part : words_of(in)) {
      if (!limit.counted_by.empty()) limit.counted_by += ", ";
      limit.counted_by += part_text(part, ipv6_prefix);
    }
    add(line_of(limit, out_.time));
  }

  std::string part_text(std::string_view part, unsigned ipv6_prefix) const {
    const auto parsed = policy::parse_key_part(part);
    if (!parsed) return std::string(part);
    const std::string ip = "ip " + address_text(out_.client, ipv6_prefix);
    switch (parsed->kind) {
      case policy::KeyPart::Kind::global:
        return "everyone";
      case policy::KeyPart::Kind::ip:
        return ip;
      case policy::KeyPart::Kind::user:
        return out_.user.empty() ? "no user, " + ip : "user " + out_.user;
      case policy::KeyPart::Kind::endpoint:
        return fmt::format("endpoint {} {}", out_.method, out_.route);
      case policy::KeyPart::Kind::header:
        return fmt::format("{}: (not kept)", parsed->header);
    }
    return {};
  }

  void read_attempt(RecordReader& in) {
    static constexpr std::array kKinds = {"first", "retry", "hedge"};
    if (out_.attempts.size() >= kMostLines) return;
    KeptAttempt& attempt = out_.attempts.emplace_back();
    const std::size_t kind = in.number<std::uint8_t>();
    attempt.kind = kind < kKinds.size() ? kKinds[kind] : "?";
    attempt.stale = in.number<std::uint8_t>() != 0;
    attempt.lost = in.number<std::uint8_t>() != 0;
    attempt.outcome = name_of(in.number<std::uint8_t>());
    attempt.status = in.number<std::uint16_t>();
    attempt.began_us = in.number<std::uint32_t>();
    attempt.took_us = in.number<std::uint32_t>();
    attempt.instance = text_of(in);
    attempt.address = text_of(in);
  }

  void tell_target() {
    const auto tell = [&](const char* label, const std::string& from, const std::string& to) {
      if (from != to)
        add({ExplainLine::Kind::passed, label, fmt::format("{} → {}", from, to), "", "", ""});
    };
    if (!path_.empty()) tell("path", out_.path, path_);
    if (!upstream_path_.empty()) tell("rewrite", path_, upstream_path_);
    add({ExplainLine::Kind::passed, "service", out_.service, "", "", service_place_});
  }

  void add(ExplainLine line) {
    if (out_.lines.size() < kMostLines) out_.lines.push_back(std::move(line));
  }

  static std::string name_of(std::uint8_t decider) {
    for (const DeciderInfo& known : all_deciders()) {
      if (static_cast<std::uint8_t>(known.decider) == decider) return std::string(known.name);
    }
    return std::to_string(decider);
  }

  KeptTrace out_;
  StepFacts facts_;
  std::string pattern_;
  std::string route_place_;
  std::string service_place_;
  std::string path_;
  std::string upstream_path_;
};

}  // namespace

std::optional<KeptTrace> tell_kept(std::string_view bytes) {
  RecordReader in(bytes);
  if (in.number<std::uint8_t>() != kKeptVersion) return std::nullopt;
  KeptReader reader;
  while (!in.done()) {
    std::uint8_t tag = 0;
    const RecordReader record = in.record(tag);
    reader.read(static_cast<KeptTag>(tag), record);
  }
  return reader.finish();
}

}  // namespace gateway::decision

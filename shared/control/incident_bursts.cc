#include "shared/control/incident_bursts.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace gateway::control {
namespace {

using store::Histogram;

constexpr std::int64_t kMinute = 60;  // seconds
constexpr UnixMicros kMicros = 1'000'000;

// One minute of one service.
struct ServiceSums {
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;
  Histogram good;  // latencies of 2xx and 3xx: refusals are quick, and failures may be

  void add(const store::ServiceMinute& minute) {
    requests += minute.requests;
    if (minute.status_class == 5) errors += minute.requests;
    if (minute.status_class == 2 || minute.status_class == 3) good.merge(minute.latency);
  }
  double share() const {
    return requests == 0 ? 0 : static_cast<double>(errors) / static_cast<double>(requests);
  }
};

// What one minute says of a burst: nothing, or how bad it was.
struct Judged {
  bool stands_out = false;
  std::uint64_t requests = 0;
  double value = 0;
};

// Puts minutes that stand out together.
class Bursts {
 public:
  Bursts(IncidentKind kind, std::string subject, std::string service, double before,
         std::vector<IncidentEvent>& out)
      : kind_(kind),
        subject_(std::move(subject)),
        service_(std::move(service)),
        before_(before),
        out_(out) {}

  void add(std::int64_t start, const Judged& judged) {
    if (!judged.stands_out) return;
    const UnixMicros time = start * kMicros;
    const UnixMicros end = (start + kMinute) * kMicros;
    if (open_ && time <= out_.back().until + kMinute * kMicros) {
      IncidentEvent& event = out_.back();
      event.until = end;
      event.requests += judged.requests;
      event.value = std::max(event.value, judged.value);
      return;
    }
    open_ = true;
    IncidentEvent& event = out_.emplace_back();
    event.time = time;
    event.until = end;
    event.kind = kind_;
    event.subject = subject_;
    event.service = service_;
    event.requests = judged.requests;
    event.value = judged.value;
    event.before = before_;
  }

 private:
  const IncidentKind kind_;
  const std::string subject_;
  const std::string service_;
  const double before_;
  std::vector<IncidentEvent>& out_;
  bool open_ = false;
};

Judged judge_errors(const ServiceSums& minute, double before) {
  const double share = minute.share();
  return {minute.errors >= kMinErrors && share >= kMinErrorShare && share >= kErrorFactor * before,
          minute.requests, share};
}

Judged judge_latency(const ServiceSums& minute, double before) {
  const double p99 = minute.good.percentile(0.99);
  return {before > 0 && minute.good.count() >= kMinAnswers && p99 >= kLatencyFactor * before &&
              p99 >= before + kMinLatencyRise,
          minute.good.count(), p99};
}

Judged judge_refusals(std::uint64_t refusals, double before) {
  const auto count = static_cast<double>(refusals);
  return {refusals >= kMinRefusals && count >= kRefusalFactor * before, refusals, count};
}

using Minutes = std::map<std::int64_t, ServiceSums>;

void find_of_service(const std::string& name, const Minutes& minutes, std::int64_t since,
                     std::vector<IncidentEvent>& out) {
  ServiceSums usual;
  for (const auto& [start, sums] : minutes) {
    if (start >= since) break;
    usual.requests += sums.requests;
    usual.errors += sums.errors;
    usual.good.merge(sums.good);
  }
  const double share = usual.share();
  // Too few to tell what is usual: nothing is a shift of it.
  const double p99 = usual.good.count() < kMinAnswers ? 0 : usual.good.percentile(0.99);
  const std::string subject = name.empty() ? "no service" : name;
  Bursts latency(IncidentKind::latency, subject, name, p99, out);
  for (const auto& [start, sums] : minutes) {
    if (start >= since) latency.add(start, judge_latency(sums, p99));
  }
  Bursts errors(IncidentKind::errors, subject, name, share, out);
  for (const auto& [start, sums] : minutes) {
    if (start >= since) errors.add(start, judge_errors(sums, share));
  }
}

void find_of_services(const store::MinuteFigures& figures, std::int64_t since, std::int64_t until,
                      std::vector<IncidentEvent>& out) {
  std::map<std::string, Minutes> services;
  for (const store::ServiceMinute& minute : figures.services) {
    if (minute.start < until) services[minute.service][minute.start].add(minute);
  }
  for (const auto& [name, minutes] : services) find_of_service(name, minutes, since, out);
}

void find_of_rules(const store::MinuteFigures& figures, std::int64_t since, std::int64_t until,
                   std::vector<IncidentEvent>& out) {
  std::map<std::pair<std::string, std::string>, std::map<std::int64_t, std::uint64_t>> rules;
  for (const store::RuleMinute& minute : figures.rules) {
    if (minute.start < until) rules[{minute.kind, minute.rule}][minute.start] += minute.events;
  }
  const double minutes_before = static_cast<double>(kIncidentBaseline.count()) / 60'000;
  for (const auto& [rule, minutes] : rules) {
    std::uint64_t usual = 0;
    for (const auto& [start, events] : minutes) usual += start < since ? events : 0;
    const double before = static_cast<double>(usual) / minutes_before;
    const auto& [kind, name] = rule;
    Bursts refusals(IncidentKind::refusals, name.empty() ? kind : fmt::format("{} {}", kind, name),
                    "", before, out);
    for (const auto& [start, events] : minutes) {
      if (start >= since) refusals.add(start, judge_refusals(events, before));
    }
  }
}

}  // namespace

std::vector<IncidentEvent> find_bursts(const store::MinuteFigures& minutes, UnixMicros since,
                                       UnixMicros until) {
  std::vector<IncidentEvent> bursts;
  find_of_services(minutes, since / kMicros, until / kMicros, bursts);
  find_of_rules(minutes, since / kMicros, until / kMicros, bursts);
  return bursts;
}

}  // namespace gateway::control

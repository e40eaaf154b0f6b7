#include "shared/control/incident.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "shared/control/incident_bursts.h"

namespace gateway::control {
namespace {

constexpr UnixMicros kSecond = 1'000'000;
constexpr UnixMicros kMinute = 60 * kSecond;
constexpr UnixMicros kAt = 1'767'362'520 * kSecond;  // 2026-01-02 14:02
constexpr IncidentQuery kQuery{kAt, milliseconds(300'000)};

// Requests of "lab" in the minute so many before kAt (negative: after).
void add(IncidentFacts& facts, int minutes_before, std::uint8_t status_class,
         std::uint64_t requests, std::uint32_t took_us = 10'000) {
  store::ServiceMinute minute;
  minute.start = kAt / kSecond - 60 * minutes_before;
  minute.service = "lab";
  minute.status_class = status_class;
  minute.requests = requests;
  minute.latency.add_bucket(store::Histogram::bucket_of(took_us), requests);
  facts.minutes.services.push_back(std::move(minute));
}

// Half an hour and the window of steady traffic.
IncidentFacts steady() {
  IncidentFacts facts;
  for (int before = 35; before > -5; --before) {
    add(facts, before, 2, 1000);
    add(facts, before, 5, 1);
  }
  return facts;
}

void add_breaker(IncidentFacts& facts, UnixMicros time, const std::string& by = "") {
  facts.history.breakers.push_back({time, "lab", "", "closed", "open", "5 failures", {}, by});
}

void add_health(IncidentFacts& facts, UnixMicros time, const std::string& service,
                const std::string& to) {
  facts.history.changes.push_back(
      {time, service, "http://10.0.0.1", "10.0.0.1:80", "healthy", to, "connect refused"});
}

void add_revision(IncidentFacts& facts, UnixMicros time) {
  store::ConfigChange change;
  change.time = time;
  change.revision = 42;
  change.by = "ann";
  change.cause = "apply";
  change.message = "shorter timeouts";
  change.verdict = store::ConfigVerdict::live;
  facts.changes.push_back(change);
}

// "errors lab, breaker lab"
std::string kinds_of(const IncidentFacts& facts) {
  std::string text;
  for (const IncidentEvent& event : tell_incident(kQuery, facts).events) {
    text += (text.empty() ? "" : ", ") + std::string(name_of(event.kind));
  }
  return text;
}

}  // namespace

TEST_CASE("steady traffic is no incident") {
  CHECK(tell_incident(kQuery, steady()).events.empty());
}

TEST_CASE("many more 5xx than before are one event, over minutes next to each other") {
  IncidentFacts facts = steady();
  add(facts, 0, 5, 200);
  add(facts, -1, 5, 400);
  const Incident incident = tell_incident(kQuery, facts);
  REQUIRE(incident.events.size() == 1);
  const IncidentEvent& event = incident.events[0];
  CHECK(event.kind == IncidentKind::errors);
  CHECK(event.subject == "lab");
  CHECK(event.time == kAt);
  CHECK(event.until == kAt + 2 * kMinute);
  CHECK(event.requests == 2'602);
  CHECK(event.value == doctest::Approx(401.0 / 1401));
  CHECK(event.before == doctest::Approx(1.0 / 1001));
}

TEST_CASE("bursts at their bounds and just below them") {
  const auto errors_of = [](std::uint64_t errors, std::uint64_t good) {
    IncidentFacts facts;
    add(facts, 0, 5, errors);
    add(facts, 0, 2, good);
    return tell_incident(kQuery, facts).events.size();
  };
  CHECK(errors_of(kMinErrors, 10) == 1);
  CHECK(errors_of(kMinErrors - 1, 10) == 0);
  CHECK(errors_of(kMinErrors, 495) == 1);  // one in a hundred
  CHECK(errors_of(kMinErrors, 496) == 0);
  const auto latency_of = [](std::uint32_t took_us, std::uint64_t answers) {
    IncidentFacts facts = steady();
    facts.minutes.services.erase(facts.minutes.services.end() - 10, facts.minutes.services.end());
    add(facts, 0, 2, answers, took_us);
    return tell_incident(kQuery, facts).events.size();
  };
  CHECK(latency_of(21'000, kMinAnswers) == 1);
  CHECK(latency_of(21'000, kMinAnswers - 1) == 0);
  CHECK(latency_of(19'000, kMinAnswers) == 0);
}

TEST_CASE("a p99 that rose is an event, one that nothing can be held against is none") {
  IncidentFacts facts = steady();
  add(facts, 0, 2, 500, 400'000);
  const Incident incident = tell_incident(kQuery, facts);
  REQUIRE(incident.events.size() == 1);
  CHECK(incident.events[0].kind == IncidentKind::latency);
  CHECK(incident.events[0].value == doctest::Approx(400'000).epsilon(0.02));
  CHECK(incident.events[0].before == doctest::Approx(10'000).epsilon(0.02));
  IncidentFacts fresh;
  add(fresh, 0, 2, 500, 400'000);
  CHECK(tell_incident(kQuery, fresh).events.empty());
}

TEST_CASE("refusals by one rule stand out against its own minutes before") {
  IncidentFacts facts;
  const auto refused = [&](int minutes_before, std::uint64_t events) {
    facts.minutes.rules.push_back(
        {kAt / kSecond - 60 * minutes_before, "rate-limited", "per_user", events});
  };
  for (int before = 35; before > 5; --before) refused(before, 10);
  refused(0, 29);
  CHECK(kinds_of(facts).empty());
  refused(0, 1);
  CHECK(kinds_of(facts) == "refusals");
  const IncidentEvent event = tell_incident(kQuery, facts).events[0];
  CHECK(event.subject == "rate-limited per_user");
  CHECK(event.before == doctest::Approx(10));
  facts.minutes.rules.clear();
  refused(0, kMinRefusals - 1);
  CHECK(kinds_of(facts).empty());
}

TEST_CASE("a burst stands behind what of its minute may have caused it") {
  IncidentFacts facts = steady();
  add(facts, 0, 5, 400);
  SUBCASE("a revision") {
    add_revision(facts, kAt + 40 * kSecond);
    CHECK(kinds_of(facts) == "revision, errors");
  }
  SUBCASE("an instance that went down") {
    add_health(facts, kAt + 40 * kSecond, "lab", "unhealthy");
    CHECK(kinds_of(facts) == "health, errors");
  }
  SUBCASE("a person who opened the breaker") {
    add_breaker(facts, kAt + 40 * kSecond, "ann");
    CHECK(kinds_of(facts) == "breaker, errors");
  }
  SUBCASE("a start") {
    facts.minutes.processes.push_back(
        {kAt + 40 * kSecond, store::ProcessEvent::Kind::started, 7, "1.0"});
    CHECK(kinds_of(facts) == "process, errors");
  }
}

TEST_CASE("a burst stands before what it leads to, and before what has nothing to do with it") {
  IncidentFacts facts = steady();
  add(facts, 0, 5, 400);
  SUBCASE("its breaker opens") {
    add_breaker(facts, kAt + 20 * kSecond);
    CHECK(kinds_of(facts) == "errors, breaker");
  }
  SUBCASE("its breaker opens, and then somebody changes the configuration") {
    add_breaker(facts, kAt + 20 * kSecond);
    add_revision(facts, kAt + 40 * kSecond);
    CHECK(kinds_of(facts) == "errors, breaker, revision");
  }
  SUBCASE("somebody changes the configuration, and then its breaker opens") {
    add_revision(facts, kAt + 10 * kSecond);
    add_breaker(facts, kAt + 20 * kSecond);
    CHECK(kinds_of(facts) == "revision, errors, breaker");
  }
  SUBCASE("both at one moment") {
    add_revision(facts, kAt + 10 * kSecond);
    add_breaker(facts, kAt + 10 * kSecond);
    CHECK(kinds_of(facts) == "revision, errors, breaker");
  }
  SUBCASE("another service goes down") {
    add_health(facts, kAt + 20 * kSecond, "billing", "unhealthy");
    CHECK(kinds_of(facts) == "errors, health");
  }
  SUBCASE("an instance comes back") {
    add_health(facts, kAt + 20 * kSecond, "lab", "healthy");
    CHECK(kinds_of(facts) == "errors, health");
  }
  SUBCASE("a cause of the next minute is none") {
    add_revision(facts, kAt + kMinute);
    CHECK(kinds_of(facts) == "errors, revision");
  }
}

TEST_CASE("only what lies in the window is told, in whole minutes") {
  IncidentFacts facts;
  add_revision(facts, kQuery.since() - 1);
  add_revision(facts, kQuery.since());
  add_revision(facts, kQuery.until() - 1);
  add_revision(facts, kQuery.until());
  CHECK(kinds_of(facts) == "revision, revision");
  const IncidentQuery odd{kAt + 30 * kSecond, milliseconds(60'000)};
  CHECK(odd.since() == kAt - kMinute);
  CHECK(odd.until() == kAt + 2 * kMinute);
}

TEST_CASE("a start without a stop before it was no clean end") {
  using Kind = store::ProcessEvent::Kind;
  IncidentFacts facts;
  facts.minutes.processes = {{kAt - 3600 * kSecond, Kind::started, 1, "1.0"},
                             {kAt, Kind::started, 2, "1.0"},
                             {kAt + kSecond, Kind::stopped, 2, "1.0"},
                             {kAt + 2 * kSecond, Kind::started, 3, "1.1"}};
  const Incident incident = tell_incident(kQuery, facts);
  REQUIRE(incident.events.size() == 3);
  CHECK(incident.events[0].why.find("did not end cleanly") != std::string::npos);
  CHECK(incident.events[2].why == "version 1.1, process 3");
}

TEST_CASE("more events than are told are cut, and that is said") {
  IncidentFacts facts;
  for (std::size_t i = 0; i < kMaxIncidentEvents; ++i) {
    add_breaker(facts, kAt + static_cast<UnixMicros>(i));
  }
  CHECK(tell_incident(kQuery, facts).complete);
  add_breaker(facts, kAt);
  const Incident cut = tell_incident(kQuery, facts);
  CHECK(cut.events.size() == kMaxIncidentEvents);
  CHECK_FALSE(cut.complete);
}

TEST_CASE("an incident as JSON reads back the same") {
  IncidentFacts facts = steady();
  add(facts, 0, 5, 400);
  add(facts, 1, 2, 400, 900'000);
  add_revision(facts, kAt + 40 * kSecond);
  add_health(facts, kAt + 50 * kSecond, "lab", "unhealthy");
  const Incident incident = tell_incident(kQuery, facts);
  const nlohmann::json document = to_document(incident);
  CHECK(document["format"] == 1);
  CHECK(document["events"].size() == 4);
  CHECK(to_document(incident_from(document)) == document);
}

TEST_CASE("what the query takes") {
  const auto query = parse_incident_query(to_params(kQuery));
  REQUIRE(query.ok());
  CHECK(query->at == kQuery.at);
  CHECK(query->window == kQuery.window);
  CHECK_FALSE(parse_incident_query({}).ok());
  CHECK_FALSE(parse_incident_query({{"at", "14:02"}}).ok());
  for (const char* window : {"59s", "25h", "x"}) {
    CHECK_FALSE(parse_incident_query({{"at", "2026-01-02T14:02:00Z"}, {"window", window}}).ok());
  }
  CHECK(parse_incident_query({{"at", "2026-01-02T14:02:00Z"}, {"window", "24h"}}).ok());
}

}  // namespace gateway::control

#include "shared/decision/kept_trace.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

#include "shared/config/load.h"
#include "shared/decision/explain_asked.h"
#include "shared/decision/keep_trace.h"
#include "shared/decision/kept_records.h"
#include "shared/decision/pipeline.h"
#include "tests/unit/shared/decision/explained.h"

using namespace gateway;
using namespace gateway::decision;

namespace {

constexpr std::string_view kConfig = R"(version = 1
[listeners.public]
address = "127.0.0.1:0"
[services.samples]
instances = ["http://10.0.2.11:8081"]
[routes.samples]
path = "/samples/*"
service = "samples"
rewrite = "/api/v1/*"
limits = ["mine"]
deny = ["192.0.2.0/24"]
[limits.mine]
key = ["ip", "header:X-Api-Key"]
limit = 1
window = "1h"
)";

// A request through the pipeline, kept and told again.
struct Kept {
  explicit Kept(std::string_view config = kConfig)
      : snapshot(
            build_snapshot(*config::load_text("gatewayd.toml", std::string(config), {}).config)),
        counters(policy::LimitTable::kSetBytes, {}),
        state(policy::Sha256{}) {
    state.limits = &counters;
    snapshot->revision = 7;
  }

  std::string_view keep(const ExplainRequest& request, KeptEnd end = {}) {
    asked.emplace(request);
    asked->x.time = 1'767'225'600'000'000;
    decide(*snapshot, state, Uuid{}, asked->x);
    if (asked->x.refusal) end.decider = asked->x.refusal->decider;
    return keep_trace(*snapshot, asked->x, end, memory);
  }

  KeptTrace tell(const ExplainRequest& request, const KeptEnd& end = {}) {
    auto told = tell_kept(keep(request, end));
    REQUIRE(told);
    return *told;
  }

  std::unique_ptr<Snapshot> snapshot;
  policy::LimitTable counters;
  State state;
  std::optional<Asked> asked;
  std::array<char, kMaxKeptTrace> memory;
};

ExplainRequest get(std::string path, const char* client = "203.0.113.9") {
  ExplainRequest request;
  request.path = std::move(path);
  request.authority = "api.example.com";
  request.client = *parse_ip(client);
  request.fields = {{"X-Api-Key", "planted-key"}, {"Authorization", "Bearer planted-token"}};
  return request;
}

const ExplainLine* find(const KeptTrace& trace, std::string_view label) {
  const auto found = std::find_if(trace.lines.begin(), trace.lines.end(),
                                  [&](const ExplainLine& line) { return line.label == label; });
  return found == trace.lines.end() ? nullptr : &*found;
}

}  // namespace

TEST_CASE("a refused request is told with the rule, its place and what was counted") {
  Kept kept;
  kept.tell(get("/samples/7"));
  const KeptTrace trace = kept.tell(get("/samples/7"), {429, Decider::rate_limited, 0, 1'234, 0});
  CHECK(trace.status == 429);
  CHECK(trace.decider == "rate-limited");
  CHECK(trace.revision == 7);
  CHECK(trace.total_us == 1'234);
  CHECK(trace.path == "/samples/7");
  CHECK(trace.client == "203.0.113.9");
  CHECK(trace.reason == "Too many requests: try again after a while.");
  REQUIRE(find(trace, "route") != nullptr);
  CHECK(find(trace, "route")->summary == "samples");
  CHECK(find(trace, "route")->detail == "/samples/*");
  CHECK(find(trace, "route")->place == "gatewayd.toml:6");
  REQUIRE(find(trace, "limit") != nullptr);
  CHECK(find(trace, "limit")->kind == ExplainLine::Kind::refused);
  CHECK(find(trace, "limit")->detail == "ip 203.0.113.9, x-api-key: (not kept)");
  CHECK(find(trace, "limit")->remark == "1 of 1 used, passes again in 2h");
  CHECK(find(trace, "limit")->place == "gatewayd.toml:12");
}

TEST_CASE("the words are those of explain, line by line") {
  Kept kept;
  const ExplainRequest request = get("/samples/7", "192.0.2.5");
  const KeptTrace trace = kept.tell(request);
  const Explanation explained = explain(*kept.snapshot, kept.state, request);
  REQUIRE(trace.lines.size() == explained.lines.size());
  for (std::size_t i = 0; i < trace.lines.size(); ++i) {
    CHECK(trace.lines[i].label == explained.lines[i].label);
    CHECK(trace.lines[i].summary == explained.lines[i].summary);
    CHECK(trace.lines[i].detail == explained.lines[i].detail);
    CHECK(trace.lines[i].remark == explained.lines[i].remark);
    CHECK(trace.lines[i].place == explained.lines[i].place);
    CHECK(trace.lines[i].kind == explained.lines[i].kind);
  }
  CHECK(find(trace, "networks")->detail == "denied by 192.0.2.0/24");
}

TEST_CASE("nothing secret is kept: no query, no credentials, no field that a limit counts by") {
  Kept kept;
  ExplainRequest request = get("/samples/7");
  request.query = "token=planted-query";
  request.has_query = true;
  const std::string bytes(kept.keep(request));
  CHECK(bytes.find("planted") == std::string::npos);
}

TEST_CASE("attempts are kept in their order") {
  Kept kept;
  const std::array notes = {AttemptNote{AttemptNote::Kind::first, true, false, "http://a:1",
                                        "10.0.0.1:1", Decider::upstream_connect, 0, 10, 20},
                            AttemptNote{AttemptNote::Kind::hedge, false, true, "http://b:1",
                                        "10.0.0.2:1", Decider::upstream, 503, 30, 40}};
  KeptEnd end{503, Decider::upstream, 1, 100, 50};
  end.attempts = notes;
  end.attempts_left_out = 3;
  const KeptTrace trace = kept.tell(get("/samples/7"), end);
  REQUIRE(trace.attempts.size() == 2);
  CHECK(trace.attempts[0].kind == "first");
  CHECK(trace.attempts[0].stale);
  CHECK(trace.attempts[0].outcome == "upstream-connect");
  CHECK(trace.attempts[0].address == "10.0.0.1:1");
  CHECK(trace.attempts[1].kind == "hedge");
  CHECK(trace.attempts[1].lost);
  CHECK(trace.attempts[1].status == 503);
  CHECK(trace.attempts[1].began_us == 30);
  CHECK(trace.attempts[1].took_us == 40);
  CHECK(trace.left_out == 3);
  CHECK_FALSE(trace.cut);
  CHECK(find(trace, "rewrite")->summary == "/samples/7 → /api/v1/7");
  CHECK(find(trace, "service")->summary == "samples");
}

TEST_CASE("a trace never takes more than its bound, and says when it was cut") {
  Kept kept;
  const ExplainRequest request = get("/samples/7");  // which the exchange goes on looking into
  const std::string_view whole = kept.keep(request);
  CHECK(whole.size() < 600);
  decision::Exchange& x = kept.asked->x;
  const std::string long_text(10'000, 'x');
  for (int i = 0; i < 40; ++i) {
    x.trace.add({Stage::threats, Verdict::observed, "why", "rule", long_text});
  }
  const std::string_view bytes = keep_trace(*kept.snapshot, x, {}, kept.memory);
  CHECK(bytes.size() <= kMaxKeptTrace);
  const auto trace = tell_kept(bytes);
  REQUIRE(trace);
  CHECK(trace->cut);
  CHECK(trace->left_out > 0);
  CHECK(trace->lines.size() > 5);
}

TEST_CASE("records fit to the last byte and not one past it") {
  std::array<char, 10> memory{};
  RecordWriter exact(memory);
  exact.begin(KeptTag::outcome);
  exact.text("abcd", 10);  // 1 + 3 + 2 + 4
  exact.end();
  CHECK_FALSE(exact.cut());
  CHECK(exact.bytes().size() == 10);
  RecordWriter over(memory);
  over.begin(KeptTag::outcome);
  over.text("abcde", 10);
  over.end();
  CHECK(over.cut());
  CHECK(over.bytes().size() == 1);
}

TEST_CASE("damaged bytes are read as far as they go") {
  Kept kept;
  const std::string bytes(kept.keep(get("/samples/7")));
  CHECK_FALSE(tell_kept(""));
  CHECK_FALSE(tell_kept("\x02whatever"));
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    CHECK(tell_kept(std::string_view(bytes).substr(0, size)));
  }
  for (std::size_t at = 1; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = '\xff';
    CHECK(tell_kept(damaged));
  }
}

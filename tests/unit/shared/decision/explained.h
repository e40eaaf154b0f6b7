#pragma once

#include <doctest/doctest.h>

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "shared/decision/explain.h"
#include "shared/decision/load.h"
#include "shared/decision/pipeline.h"

namespace gateway::decision {

// A configuration that explain() is asked about, with counters that the test may charge.
class Explained {
 public:
  static constexpr UnixMicros kNow = 1'767'323'045'000'000;  // 2026-01-02 03:04:05 UTC

  explicit Explained(const std::string& text) {
    const config::Environment environment{[](std::string_view) { return std::nullopt; }};
    auto loaded = decision::load_text("gatewayd.toml", kStart + text, environment);
    INFO(config::render_text(loaded.diagnostics, false));
    REQUIRE(loaded.config);
    config::Diagnostics found;
    auto files = load_key_files(*loaded.config, environment, found);
    snapshot_ = build_snapshot(*std::move(loaded.config), files);
    if (!files.jwt_keys.empty()) {
      keys_ = std::make_shared<const policy::KeySet>(std::move(files.jwt_keys));
    }
  }

  // `lines`: "Name: value" each.
  static ExplainRequest request(std::string_view method, std::string_view url,
                                std::initializer_list<std::string_view> fields = {}) {
    ExplainRequest request;
    request.method = method;
    request.client = *parse_ip("203.0.113.9");
    request.time = kNow;
    REQUIRE(read_url(url, request) == nullptr);
    for (const std::string_view field : fields) REQUIRE(read_field(field, request) == nullptr);
    return request;
  }

  Explanation operator()(const ExplainRequest& request, const ServiceState& service_state = {}) {
    State state{policy::Sha256{}};
    state.limits = &counters;
    state.use_keys(keys_);
    return explain(*snapshot_, state, request, service_state);
  }
  Explanation operator()(std::string_view method, std::string_view url,
                         std::initializer_list<std::string_view> fields = {}) {
    return (*this)(request(method, url, fields));
  }

  Ending rehearse(const ExplainRequest& request) {
    State state{policy::Sha256{}};
    state.limits = &counters;
    state.use_keys(keys_);
    return rehearse_ending(*snapshot_, state, request);
  }

  // A request of traffic: charges the counters.
  void serve(const ExplainRequest& request) {
    State state{policy::Sha256{}};
    state.limits = &counters;
    state.use_keys(keys_);
    Exchange x;
    Fields fields;
    x.time = request.time;
    x.peer = request.client;
    x.method = request.method;
    x.authority = request.authority;
    x.raw_path = request.path;
    x.fields = &fields;
    decide(*snapshot_, state, Uuid{}, x);
  }

  policy::LimitTable counters{std::size_t{1} << 16, {1, 2}};

 private:
  static constexpr char kStart[] = R"(
[listeners.public]
address = "127.0.0.1:8000"

[services.samples]
instances = ["http://10.0.2.11:8081", "http://10.0.2.12:8081"]

[services.auth]
instances = ["http://10.0.2.13:8080"]
)";

  std::unique_ptr<Snapshot> snapshot_;
  std::shared_ptr<const policy::KeySet> keys_;
};

// "summary | detail | remark" of the nth line with the label, with its kind when it did not pass;
// empty when there is none.
inline std::string line_of(const Explanation& explanation, std::string_view label,
                           std::size_t nth = 0) {
  static constexpr const char* kKinds[] = {"", "refused: ", "observed: ", "answered: ", "open: "};
  for (const ExplainLine& line : explanation.lines) {
    if (line.label != label || nth-- > 0) continue;
    std::string text = kKinds[static_cast<int>(line.kind)] + line.summary;
    if (!line.detail.empty() || !line.remark.empty()) text += " | " + line.detail;
    if (!line.remark.empty()) text += " | " + line.remark;
    return text;
  }
  return {};
}

// "forward GET /path", "answer 429 rate-limited", "open".
inline std::string outcome_of(const Explanation& explanation) {
  switch (explanation.outcome) {
    case Explanation::Outcome::forward:
      return "forward " + explanation.method + " " + explanation.target;
    case Explanation::Outcome::answer:
      return "answer " + std::to_string(explanation.status) + " " + explanation.decider;
    case Explanation::Outcome::open:
      break;
  }
  return "open";
}

}  // namespace gateway::decision

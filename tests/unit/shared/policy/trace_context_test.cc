#include "shared/policy/trace_context.h"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

namespace gateway::policy {
namespace {

constexpr const char* kParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

Fields fields_of(const std::vector<std::pair<std::string_view, std::string_view>>& pairs) {
  Fields fields;
  for (const auto& [name, value] : pairs) {
    fields.push_back({name, value, {}, identify_field(name)});
  }
  return fields;
}

bool is_state(std::string_view value) {
  return is_tracestate(fields_of({{"tracestate", value}}));
}

std::string text_of(const TraceStart& start, SpanId span) {
  const auto text = traceparent(start, span);
  return {text.data(), text.size()};
}

const Uuid kFresh = *parse_uuid("0192f3c4-8a10-7c3e-9d5e-1b2c3d4e5f60");
constexpr TraceRules kAll{config::TakeParent::anyone, 1};

}  // namespace

TEST_CASE("traceparent is read as W3C Trace Context writes it") {
  const auto parent = parse_traceparent(kParent);
  REQUIRE(parent);
  CHECK(parent->trace == *parse_uuid("4bf92f35-77b3-4da6-a3ce-929d0e0e4736"));
  CHECK(parent->parent == 0x00f067aa0ba902b7);
  CHECK(parent->sampled);
  CHECK_FALSE(
      parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00")->sampled);
  CHECK_FALSE(
      parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-fe")->sampled);
  CHECK(parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03")->sampled);
  // What a later version may look like.
  CHECK(parse_traceparent("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
  CHECK(parse_traceparent("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what"));
}

TEST_CASE("a traceparent that is not one is none") {
  for (const char* text : {
           "",
           "00",
           "garbage",
           "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
           "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
           "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
           "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 ",
           "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.what",
           "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
           "0x-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
       }) {
    CAPTURE(text);
    CHECK_FALSE(parse_traceparent(text));
  }
}

TEST_CASE("tracestate is a list of keys and values") {
  CHECK(is_state("congo=t61rcWkgMzE,rojo=00f067aa0ba902b7"));
  CHECK(is_state("fw529a3039@dt=FfAAAAAAAA , a-b_c*d/e=x y"));
  CHECK(is_state(""));
  CHECK(is_state("a=1,,b=2"));
  CHECK(is_state("1a@b=c"));
  CHECK(is_tracestate({}));
  for (const char* text : {"a", "=1", "a=", "A=1", "1a=2", "a=1,a=2", "a=b=c", "a@=1", "@b=1",
                           "a@1b=1", "a@b@c=1", "a=\x01", "a=\xc3\xa9"}) {
    CAPTURE(text);
    CHECK_FALSE(is_state(text));
  }
  CHECK_FALSE(is_tracestate(fields_of({{"tracestate", "a=1"}, {"Tracestate", "a=2"}})));
  CHECK(is_tracestate(fields_of({{"tracestate", "a=1"}, {"Tracestate", "b=2"}})));
}

TEST_CASE("tracestate at its bounds and one past them") {
  std::string list;
  for (std::size_t i = 0; i < kMaxTraceStateMembers; ++i) list += "k" + std::to_string(i) + "=1,";
  CHECK(is_state(list));
  CHECK_FALSE(is_state(list + "one=1"));
  CHECK(is_state(std::string(256, 'k') + "=1"));
  CHECK_FALSE(is_state(std::string(257, 'k') + "=1"));
  CHECK(is_state(std::string(241, 'k') + "@" + std::string(14, 's') + "=1"));
  CHECK_FALSE(is_state(std::string(242, 'k') + "@s=1"));
  CHECK_FALSE(is_state("k@" + std::string(15, 's') + "=1"));
  CHECK(is_state("k=" + std::string(256, 'v')));
  CHECK_FALSE(is_state("k=" + std::string(257, 'v')));
}

TEST_CASE("a request without a trace begins one under its own id") {
  const TraceStart start = start_trace(kAll, {}, false, kFresh);
  CHECK(start.traced);
  CHECK(start.sampled);
  CHECK(start.trace == kFresh);
  CHECK(start.parent == 0);
  CHECK(start.span != 0);
  CHECK(text_of(start, 0xab) == "00-0192f3c48a107c3e9d5e1b2c3d4e5f60-00000000000000ab-01");
}

TEST_CASE("a trace that came along is taken over, with its decision") {
  const Fields fields = fields_of({{"Traceparent", kParent}, {"tracestate", "a=1"}});
  const TraceStart start = start_trace({config::TakeParent::anyone, 0}, fields, false, kFresh);
  CHECK(start.sampled);
  CHECK(start.has_state);
  CHECK(start.parent == 0x00f067aa0ba902b7);
  CHECK(text_of(start, start.parent) == kParent);
  std::string unsampled = kParent;
  unsampled.back() = '0';
  CHECK_FALSE(start_trace(kAll, fields_of({{"traceparent", unsampled}}), false, kFresh).sampled);
}

TEST_CASE("what is wrong about a trace that came along begins another") {
  const auto trace_of = [](const Fields& fields, config::TakeParent from, bool trusted) {
    const TraceStart start = start_trace({from, 1}, fields, trusted, kFresh);
    CHECK(start.has_state == (start.parent != 0));
    return start.trace;
  };
  using enum config::TakeParent;
  const Fields good = fields_of({{"traceparent", kParent}, {"tracestate", "a=1"}});
  CHECK(trace_of(good, nobody, true) == kFresh);
  CHECK(trace_of(good, trusted_proxies, false) == kFresh);
  CHECK(trace_of(good, trusted_proxies, true) != kFresh);
  CHECK(trace_of(fields_of({{"traceparent", kParent}, {"traceparent", kParent}}), anyone, true) ==
        kFresh);
  CHECK(trace_of(fields_of({{"traceparent", "00-bad"}, {"tracestate", "a=1"}}), anyone, true) ==
        kFresh);
  const Fields bad_state = fields_of({{"traceparent", kParent}, {"tracestate", "A=1"}});
  const TraceStart start = start_trace(kAll, bad_state, false, kFresh);
  CHECK(start.parent != 0);
  CHECK_FALSE(start.has_state);
}

TEST_CASE("of the traces that begin here, a share is sampled") {
  UuidSource ids;
  std::size_t sampled = 0;
  std::set<SpanId> spans;
  for (int i = 0; i < 20'000; ++i) {
    const Uuid id = ids.next(1'700'000'000'000'000);
    const TraceStart start = start_trace({config::TakeParent::anyone, 10}, {}, false, id);
    sampled += start.sampled;
    spans.insert(start.span);
    CHECK_FALSE(start_trace({config::TakeParent::anyone, 0}, {}, false, id).sampled);
  }
  CHECK(sampled > 1'700);
  CHECK(sampled < 2'300);
  CHECK(spans.size() == 20'000);
}

TEST_CASE("each attempt has a span of its own") {
  std::set<SpanId> spans = {7};
  for (std::size_t i = 0; i < 8; ++i) spans.insert(attempt_span(7, i));
  CHECK(spans.size() == 9);
  CHECK(spans.count(0) == 0);
}

}  // namespace gateway::policy

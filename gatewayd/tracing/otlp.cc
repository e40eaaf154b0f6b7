#include "gatewayd/tracing/otlp.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <nlohmann/json.hpp>

#include "gatewayd/journal/log_line.h"

namespace gateway::tracing {
namespace {

using decision::AttemptNote;
using journal::append_quoted;

// SpanKind and StatusCode of opentelemetry/proto/trace/v1/trace.proto.
constexpr int kServer = 2;
constexpr int kClient = 3;
constexpr int kError = 2;

constexpr std::array<std::string_view, 9> kMethods = {
    "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"};

bool is_known_method(std::string_view method) {
  return std::find(kMethods.begin(), kMethods.end(), method) != kMethods.end();
}

void append_name(std::string_view key, std::string& out) {
  if (out.back() != '[') out += ',';
  out.append(R"({"key":")").append(key).append(R"(","value":{)");
}

void add_text(std::string_view key, std::string_view value, std::string& out) {
  if (value.empty()) return;
  append_name(key, out);
  out += R"("stringValue":)";
  append_quoted(value, out);
  out += "}}";
}

void add_number(std::string_view key, std::uint64_t value, std::string& out) {
  append_name(key, out);
  fmt::format_to(std::back_inserter(out), R"("intValue":"{}"}}}})", value);
}

void add_true(std::string_view key, std::string& out) {
  append_name(key, out);
  out += R"("boolValue":true}})";
}

void add_method(std::string_view method, std::string& out) {
  if (is_known_method(method)) return add_text("http.request.method", method, out);
  add_text("http.request.method", "_OTHER", out);
  add_text("http.request.method_original", method, out);
}

// "http://10.0.2.11:8081" → server.address and server.port.
void add_server(std::string_view url, std::string& out) {
  const std::size_t scheme = url.find("//");
  std::string_view host = scheme == std::string_view::npos ? url : url.substr(scheme + 2);
  const std::size_t colon = host.rfind(':');
  std::uint16_t port = 80;
  if (colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos) {
    const std::string_view digits = host.substr(colon + 1);
    std::from_chars(digits.data(), digits.data() + digits.size(), port);
    host = host.substr(0, colon);
  }
  add_text("server.address", host, out);
  add_number("server.port", port, out);
}

// Who refused or failed, or the status; empty: nothing went wrong. `bad`: from which status on.
std::string error_type(Decider decider, std::uint16_t status, std::uint16_t bad) {
  if (decider != Decider::upstream && info(decider).status >= 400) {
    return std::string(info(decider).name);
  }
  return status >= bad ? std::to_string(status) : std::string();
}

void append_times(int kind, std::string_view name, UnixMicros begin, std::uint32_t took_us,
                  std::string& out) {
  out += R"(,"name":)";
  append_quoted(name, out);
  fmt::format_to(std::back_inserter(out),
                 R"(,"kind":{},"startTimeUnixNano":"{}000","endTimeUnixNano":"{}000")", kind, begin,
                 begin + took_us);
  out += R"(,"attributes":[)";
}

void end_span(bool failed, std::string& out) {
  out += ']';
  if (failed) out.append(fmt::format(R"(,"status":{{"code":{}}})", kError));
  out += '}';
}

void append_request(const RequestSpan& request, std::string& out) {
  const std::string_view method = is_known_method(request.method) ? request.method : "HTTP";
  const std::string name =
      request.pattern.empty() ? std::string(method) : fmt::format("{} {}", method, request.pattern);
  append_times(kServer, name, request.time, request.total_us, out);
  add_method(request.method, out);
  add_text("url.path", request.path, out);
  add_text("url.scheme", request.secure ? "https" : "http", out);
  add_text("http.route", request.pattern, out);
  add_text("server.address", request.host, out);
  add_text("client.address", request.client, out);
  add_text("user_agent.original", request.user_agent, out);
  add_text("network.protocol.version", request.minor == 0 ? "1.0" : "1.1", out);
  if (request.status != 0) add_number("http.response.status_code", request.status, out);
  add_text("error.type", error_type(request.decider, request.status, 500), out);
  add_text("gatewayd.request_id", to_string(request.request_id), out);
  add_text("gatewayd.route", request.route, out);
  add_text("gatewayd.service", request.service, out);
  add_text("gatewayd.decided_by", info(request.decider).name, out);
  end_span(request.status >= 500, out);
}

void append_attempt(const RequestSpan& request, const AttemptNote& attempt, std::size_t number,
                    std::string& out) {
  const std::string_view method = is_known_method(request.method) ? request.method : "HTTP";
  append_times(kClient, method, request.time + attempt.began_us, attempt.took_us, out);
  add_method(request.method, out);
  add_text("url.full", fmt::format("{}{}", attempt.instance, request.sent_path), out);
  add_server(attempt.instance, out);
  add_text("network.peer.address", attempt.address, out);
  add_text("gatewayd.service", request.service, out);
  if (number > 0) add_number("http.request.resend_count", number, out);
  if (attempt.kind == AttemptNote::Kind::hedge) add_true("gatewayd.hedge", out);
  if (attempt.lost) add_true("gatewayd.lost_race", out);
  if (attempt.status != 0) add_number("http.response.status_code", attempt.status, out);
  const std::string error =
      attempt.lost ? std::string() : error_type(attempt.decider, attempt.status, 400);
  add_text("error.type", error, out);
  end_span(!error.empty(), out);
}

}  // namespace

OtlpBatch::OtlpBatch(std::string_view service_name, std::string_view version) {
  std::string& out = preamble_;
  out = R"({"resourceSpans":[{"resource":{"attributes":[)";
  add_text("service.name", service_name, out);
  add_text("service.version", version, out);
  out += R"(]},"scopeSpans":[{"scope":{"name":"gatewayd","version":)";
  append_quoted(version, out);
  out += R"(},"spans":[)";
  body_ = preamble_;
}

void OtlpBatch::begin_span(const policy::TraceStart& start, policy::SpanId span,
                           policy::SpanId parent) {
  char trace[32];
  char id[policy::kSpanIdSize];
  policy::format_trace_id(start.trace, trace);
  policy::format_span_id(span, id);
  if (spans_++ > 0) body_ += ',';
  body_.append(R"({"traceId":")").append(trace, sizeof(trace));
  body_.append(R"(","spanId":")").append(id, sizeof(id));
  if (parent != 0) {
    policy::format_span_id(parent, id);
    body_.append(R"(","parentSpanId":")").append(id, sizeof(id));
  }
  body_ += R"(","flags":1)";
}

void OtlpBatch::add(const RequestSpan& request) {
  ++requests_;
  begin_span(request.start, request.start.span, request.start.parent);
  append_request(request, body_);
  for (std::size_t i = 0; i < request.attempts.size(); ++i) {
    begin_span(request.start, policy::attempt_span(request.start.span, i), request.start.span);
    append_attempt(request, request.attempts[i], i, body_);
  }
}

std::string OtlpBatch::take() {
  std::string whole = std::move(body_);
  whole += "]}]}]}";
  body_ = preamble_;
  requests_ = spans_ = 0;
  return whole;
}

std::uint64_t rejected_spans(std::string_view answer) {
  const auto parsed = nlohmann::json::parse(answer, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object() || !parsed.contains("partialSuccess")) return 0;
  const auto& partial = parsed["partialSuccess"];
  if (!partial.is_object() || !partial.contains("rejectedSpans")) return 0;
  const auto& rejected = partial["rejectedSpans"];
  if (rejected.is_number_unsigned()) return rejected.get<std::uint64_t>();
  if (!rejected.is_string()) return 0;
  const auto& digits = rejected.get_ref<const std::string&>();
  std::uint64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

}  // namespace gateway::tracing

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gatewayd/tracing/request_span.h"

namespace gateway::tracing {

// A batch of spans as OTLP has it in JSON (ExportTraceServiceRequest, opentelemetry-proto 1.x:
// ids in hex, 64-bit numbers as strings), with the names of OpenTelemetry's HTTP semantic
// conventions. One thread.
class OtlpBatch {
 public:
  // `service_name` and `version`: of the resource, the same in every batch.
  OtlpBatch(std::string_view service_name, std::string_view version);

  void add(const RequestSpan& request);
  std::size_t requests() const { return requests_; }
  std::size_t spans() const { return spans_; }
  // The whole body; empties the batch.
  std::string take();

 private:
  void begin_span(const policy::TraceStart& start, policy::SpanId span, policy::SpanId parent);

  std::string preamble_;
  std::string body_;
  std::size_t requests_ = 0;
  std::size_t spans_ = 0;
};

// How many of a batch's spans the collector says it rejected, from the body of its answer; 0 when
// it says nothing of it.
std::uint64_t rejected_spans(std::string_view answer);

}  // namespace gateway::tracing

// traceparent and tracestate as anybody may send them: each line of the input is a value, the first
// of a traceparent, the others of tracestate.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "shared/policy/trace_context.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gateway;
  std::string_view input(reinterpret_cast<const char*>(data), size);
  Fields fields;
  while (!input.empty()) {
    const std::size_t end = input.find('\n');
    fields.push_back({"",
                      input.substr(0, end),
                      {},
                      fields.empty() ? FieldId::traceparent : FieldId::tracestate});
    input.remove_prefix(end == std::string_view::npos ? input.size() : end + 1);
  }
  const policy::TraceRules rules{config::TakeParent::anyone, 3};
  const policy::TraceStart start = policy::start_trace(rules, fields, false, {});
  if (!start.traced || start.span == 0) std::abort();
  if (start.parent == 0) return 0;
  // What was taken over is written as it came, but for a version and flags that are not ours.
  const auto written = policy::traceparent(start, start.parent);
  const std::string_view text(written.data(), written.size());
  if (text.substr(2, 51) != fields.front().value.substr(2, 51)) std::abort();
  if (policy::parse_traceparent(text) !=
      policy::TraceParent{start.trace, start.parent, start.sampled}) {
    std::abort();
  }
  return 0;
}

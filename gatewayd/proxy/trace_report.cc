#include "gatewayd/proxy/trace_report.h"

#include <array>
#include <cstring>

#include "shared/decision/keep_trace.h"

namespace gateway::proxy {
namespace {

// What the gateway itself refused, what it could not bring, and a service's own failures.
bool went_wrong(const journal::RequestRecord& row) {
  if (row.decider == Decider::upstream) return row.status >= 500;
  return row.status >= 400 || info(row.decider).status >= 400;
}

// The last bytes of a UUIDv7 are random (RFC 9562 §5.7).
bool is_sampled(const Uuid& id, std::uint32_t one_in) {
  if (one_in == 0) return false;
  std::uint32_t bits = 0;
  std::memcpy(&bits, id.bytes.data() + 12, sizeof(bits));
  return (std::uint64_t{bits} * one_in) >> 32 == 0;
}

}  // namespace

void report_trace(Context& context, const decision::Snapshot& snapshot, const Workspace& workspace,
                  const journal::RequestRecord& row) {
  const config::Store& store = snapshot.config.store;
  if (!went_wrong(row) && !is_sampled(row.id, store.trace_one_in)) return;
  if (store.max_traces == 0) return;
  if (!context.journal->takes_trace(context.worker, row.decider, context.loop.now())) return;
  decision::KeptEnd end{row.status,
                        row.decider,
                        row.retries,
                        row.total_us,
                        row.upstream_us,
                        workspace.attempts.notes(),
                        workspace.attempts.left_out()};
  std::array<char, decision::kMaxKeptTrace> memory;
  const std::string_view bytes = decision::keep_trace(snapshot, workspace.exchange, end, memory);
  context.journal->push_trace(context.worker, {row.id, row.time, row.decider, bytes});
}

}  // namespace gateway::proxy

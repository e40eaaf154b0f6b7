#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gatewayctl/render/numbers.h"
#include "gatewayctl/render/views.h"
#include "shared/config/visible_text.h"

namespace gateway::ctl {
namespace {

std::string counted(std::uint64_t count, std::string_view what) {
  return fmt::format("{} {}{}", format_count(count), what, count == 1 ? "" : "s");
}

std::string render_receipt(const control::Receipt& receipt) {
  std::vector<std::string> kept{counted(receipt.connections, "connection")};
  if (receipt.pooled > 0) kept.push_back(counted(receipt.pooled, "upstream connection"));
  if (receipt.limit_counters > 0) kept.push_back(counted(receipt.limit_counters, "limit counter"));
  if (receipt.breakers_total > 0) {
    kept.push_back(fmt::format("{} of {}", format_count(receipt.breakers),
                               counted(receipt.breakers_total, "breaker")));
  }
  std::string out = fmt::format("  kept: {}\n", fmt::join(kept, ", "));
  for (const control::Reset& reset : receipt.reset) {
    out +=
        fmt::format("  reset: {} ({})\n", config::visible(reset.what), config::visible(reset.why));
  }
  for (const control::Draining& draining : receipt.draining) {
    out += fmt::format("  draining: {}", config::visible(draining.what));
    if (draining.requests) {
      out += fmt::format(" ({} in flight)", counted(*draining.requests, "request"));
    }
    out += "\n";
  }
  return out;
}

}  // namespace

std::string render_verdict(const control::ReloadVerdict& verdict) {
  if (!verdict.accepted) {
    return fmt::format("rejected: {}; revision {} keeps serving\n",
                       config::visible(verdict.message), verdict.revision);
  }
  std::string out = fmt::format("revision {} is live on {} worker{} ({} ms)\n", verdict.revision,
                                verdict.workers, verdict.workers == 1 ? "" : "s", verdict.took_ms);
  return verdict.receipt ? out + render_receipt(*verdict.receipt) : out;
}

}  // namespace gateway::ctl

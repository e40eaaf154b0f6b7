#include <fmt/format.h>

#include <array>

#include "gatewayctl/commands.h"
#include "gatewayctl/daemon.h"
#include "shared/base/units.h"
#include "shared/control/cache_messages.h"

namespace gateway::ctl {
namespace {

constexpr std::array kOptions = {
    Option{"--path", 0, "PATH", "purge: the answers of this path, with whatever query"},
    Option{"--prefix", 0, "PREFIX", "purge: those of all paths that begin so"},
    Option{"--tag", 0, "TAG", "purge: those with this word in Cache-Tag or Surrogate-Key"},
    Option{"--host", 0, "HOST", "purge: those of this host alone"},
    Option{"--all", 0, "", "purge: all of them"},
};

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

std::string render(const control::CacheReport& report) {
  const policy::CacheFigures& store = report.store;
  const std::uint64_t answered =
      report.hits + report.stale_hits + report.revalidated + report.collapsed;
  return fmt::format(
      "kept       {} answers, {} bytes of {} ({:.1f} %)\n"
      "requests   {} hits, {} stale, {} revalidated, {} collapsed, {} misses, {} passed by\n"
      "hit ratio  {:.1f} %\n"
      "changes    {} stored, {} evicted, {} purged, {} dropped\n"
      "now        {} being fetched, {} requests wait for them\n",
      store.entries, store.bytes, store.most_bytes, share(store.bytes, store.most_bytes),
      report.hits, report.stale_hits, report.revalidated, report.collapsed, report.misses,
      report.passed, share(answered, answered + report.misses), store.stored, store.evicted,
      store.purged, store.dropped, store.fetching, store.waiting);
}

int purge(const Invocation& invocation) {
  policy::CachePurge what;
  const auto take = [&](const char* option, std::string& to) {
    if (const auto value = invocation.value(option)) to = *value;
  };
  take("--path", what.path);
  take("--prefix", what.prefix);
  take("--tag", what.tag);
  take("--host", what.host);
  const bool named = !(what.path + what.prefix + what.tag + what.host).empty();
  if (named == invocation.has("--all")) {
    return usage_error(invocation, "purge takes --path, --prefix, --tag or --host, or else --all");
  }
  const auto answer =
      control::Client(invocation.socket()).post(control::kCachePurgePath, control::to_params(what));
  if (!answer) return daemon_error(invocation, answer.error());
  if (invocation.json()) {
    print_json(invocation.console.out, *answer);
    return kDone;
  }
  try {
    const auto purged = answer->get<control::CachePurged>();
    invocation.console.out << fmt::format("{} answer{} dropped\n", purged.dropped,
                                          purged.dropped == 1 ? "" : "s");
    return kDone;
  } catch (const nlohmann::json::exception& why) {
    return daemon_error(invocation, strange_answer(invocation, why));
  }
}

int run(const Invocation& invocation) {
  const std::string& action = invocation.operands[0];
  if (action == "purge") return purge(invocation);
  if (action != "stats") return usage_error(invocation, "ACTION is stats or purge");
  if (!invocation.given.empty()) {
    for (const Option& option : kOptions) {
      if (invocation.has(option.name)) {
        return usage_error(invocation, fmt::format("{} goes with purge", option.name));
      }
    }
  }
  return show<control::CacheReport>(invocation, control::kCachePath, render);
}

}  // namespace

constexpr Command kCache = {
    .name = "cache",
    .operands = "ACTION",
    .summary = "show what the cache does, or drop kept answers",
    .about =
        "ACTION is stats or purge. purge drops the answers that fit all of its options, and says "
        "how many\nthere were; what is being fetched meanwhile is not kept either.",
    .example =
        "gatewayctl cache stats\n"
        "gatewayctl cache purge --path /samples/7\n"
        "gatewayctl cache purge --prefix /catalogue/ --host api.example.com\n"
        "gatewayctl cache purge --tag product-17",
    .options = kOptions,
    .outputs = "text json",
    .operand_words = "stats purge",
    .run = run,
    .group = "What runs now",
};

}  // namespace gateway::ctl

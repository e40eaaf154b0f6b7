#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <ostream>

#include "gatewayctl/bundle/archive.h"
#include "gatewayctl/bundle/collect.h"
#include "gatewayctl/commands.h"
#include "shared/base/timestamp.h"
#include "shared/control/messages.h"

namespace gateway::ctl {
namespace {

constexpr const char* kDefaultConfig = "/etc/gatewayd/gatewayd.toml";

constexpr std::array kOptions = {
    Option{"--file", 'f', "FILE",
           "the archive to make (default: gatewayd-support-TIME.tar.gz in this folder)"},
    Option{"--config", 0, "FILE",
           "the configuration on the disk (default: /etc/gatewayd/gatewayd.toml)"},
    Option{"--db", 0, "FILE", "read this database file; no daemon is needed"},
};

// "20260102T140200Z"
std::string compact(UnixMicros time) {
  std::string text;
  for (const char c : format_rfc3339(time - time % 1'000'000)) {
    if (c != '-' && c != ':') text += c;
  }
  return text;
}

// "" or why it cannot be written.
std::string write(const std::string& file, const std::string& folder,
                  const std::vector<BundlePart>& parts, UnixMicros now) {
  auto archive = Archive::create(file);
  if (!archive.ok()) return archive.error();
  std::string failure = archive->add(folder + "/MANIFEST.txt", describe_bundle(parts, now), now);
  for (const BundlePart& part : parts) {
    if (!failure.empty()) return failure;
    if (part.missing.empty()) failure = archive->add(folder + "/" + part.name, part.content, now);
  }
  return failure.empty() ? archive->close() : failure;
}

void print(const Invocation& invocation, const std::string& file,
           const std::vector<BundlePart>& parts) {
  if (invocation.json()) {
    nlohmann::json listed = nlohmann::json::array();
    for (const BundlePart& part : parts) {
      listed.push_back({{"name", part.name},
                        {"about", part.about},
                        {"bytes", part.content.size()},
                        {"missing", part.missing}});
    }
    print_json(invocation.console.out,
               {{"format", control::kFormat}, {"file", file}, {"parts", std::move(listed)}});
    return;
  }
  invocation.console.out << "wrote " << file << '\n';
  for (const BundlePart& part : parts) {
    invocation.console.out << (part.missing.empty()
                                   ? fmt::format("  {}\n", part.name)
                                   : fmt::format("  {}: missing: {}\n", part.name, part.missing));
  }
  invocation.console.out
      << "MANIFEST.txt in it says what was taken out. Look through it before you "
         "hand it on.\n";
}

int run(const Invocation& invocation) {
  const UnixMicros now = invocation.console.now();
  const std::string folder = "gatewayd-support-" + compact(now);
  const std::string file(invocation.value("--file").value_or(folder + ".tar.gz"));
  const std::string config(invocation.value("--config").value_or(kDefaultConfig));
  const auto parts = collect_bundle(invocation, config);
  if (const std::string failure = write(file, folder, parts, now); !failure.empty()) {
    invocation.console.err << "gatewayctl support-bundle: " << failure << '\n';
    return kFailed;
  }
  print(invocation, file, parts);
  return kDone;
}

}  // namespace

constexpr Command kSupportBundle = {
    .name = "support-bundle",
    .operands = "",
    .summary = "put what somebody needs to help into one archive, without secrets",
    .about =
        "State, health, metrics, configuration, figures of the last day, failures, refusals and "
        "the daemon's\nown log, as a tar.gz that only you may read. Secrets, hashes, values of "
        "queries and credentials are\ntaken out, clients and users get other names. Without a "
        "daemon, what the disk tells.",
    .example =
        "gatewayctl support-bundle\n"
        "gatewayctl support-bundle -f bundle.tar.gz --config /etc/gatewayd/gatewayd.toml",
    .options = kOptions,
    .outputs = "text json",
    .operand_words = "",
    .run = run,
    .group = "What was",
};

}  // namespace gateway::ctl

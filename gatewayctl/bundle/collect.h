#pragma once

#include <string>
#include <vector>

#include "gatewayctl/command.h"

namespace gateway::ctl {

// One file of a support bundle.
struct BundlePart {
  std::string name;     // path in the archive
  std::string about;    // what it is, and what was taken out of it
  std::string content;  // empty when it is missing
  std::string missing;  // why; empty: it is there
};

// Bytes of a part beyond which its end is left out, of a log its beginning.
inline constexpr std::size_t kMaxBundlePart = 4u << 20;
// Rows of the request log and of security events in a bundle.
inline constexpr std::size_t kBundleRows = 500;

// Everything that goes into a bundle, redacted: what the daemon says, if it answers, the
// configuration at `config_path`, the request log, by the daemon or from its file, and the daemon's
// own log. What cannot be had is missing, with the reason.
std::vector<BundlePart> collect_bundle(const Invocation& invocation,
                                       const std::string& config_path);

// The text of the bundle's MANIFEST.txt.
std::string describe_bundle(const std::vector<BundlePart>& parts, UnixMicros now);

}  // namespace gateway::ctl

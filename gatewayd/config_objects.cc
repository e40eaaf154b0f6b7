#include "gatewayd/config_changes.h"
#include "gatewayd/daemon.h"

namespace gateway {
namespace {

constexpr std::size_t kFingerprintDigits = 32;

}  // namespace

control::ObjectList ConfigChanges::objects(std::string_view section) const {
  const auto applied = daemon_.applied();
  return {applied->snapshot->revision,
          config::read_objects(applied->snapshot->config.files, section)};
}

std::string ConfigChanges::fingerprint(std::string_view text) const {
  return policy::Fingerprints(fingerprint_key_)(text, kFingerprintDigits);
}

}  // namespace gateway

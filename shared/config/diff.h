#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/config/effective.h"

namespace gateway::config {

enum class ChangeKind : std::uint8_t { added, removed, changed };

// What a running gateway does about a change.
enum class Effect : std::uint8_t {
  live,               // holds from the next request on
  drains,             // what it takes away finishes the requests that it has
  drops_connections,  // connections are cut
  restart,            // holds from the next start on
};

// "live", "drains", "drops connections", "restart".
std::string_view name_of(Effect effect);

// One difference between two configs, by name.
struct Change {
  ChangeKind kind = ChangeKind::changed;
  std::string path;    // "routes.samples.limits"
  std::string before;  // as TOML spells it; empty: not there, or a table
  std::string after;
  std::string what;  // the same for people: "1 → 2", "- http://10.0.2.15:8000"; may be empty
  Effect effect = Effect::live;
  std::string note{};  // beside the effect: "starts empty"; may be empty
};

// Stands for a secret where it is shown, `digits` hexadecimal digits of a digest. It must be keyed
// with what nobody else has, or a short secret could be found by trying.
using Fingerprint = std::function<std::string(std::string_view secret, std::size_t digits)>;

// Every difference, once: of a table that only one side has, itself and nothing below it. In the
// order of the sections, then of names. Secrets are in it as fingerprints alone.
std::vector<Change> diff(const Effective& from, const Effective& to,
                         const Fingerprint& fingerprint);

// How the effects are told: the table stands in effects.cc.
struct EffectRule {
  std::string_view key;  // a path of the key table
  enum class When : std::uint8_t { always, added, removed, changed, loses } when;
  Effect effect;
  std::string_view note = {};
};
std::span<const EffectRule> effect_rules();
// Nothing: the change is live. `loses`: items of a list are gone.
const EffectRule* find_effect(std::string_view key, ChangeKind kind, bool loses);

}  // namespace gateway::config

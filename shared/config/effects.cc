#include <array>

#include "shared/config/diff.h"

namespace gateway::config {
namespace {

using enum Effect;
using When = EffectRule::When;

// What is not here is live. The key is one of keys.cc (a test holds it to that); what holds for a
// table as a whole does not hold for the keys within it. A reload takes what it has to warn about
// from here, too.
constexpr std::array kEffects = {
    EffectRule{"gateway.workers", When::always, restart},
    EffectRule{"gateway.limit_memory", When::always, restart},
    EffectRule{"cache.memory", When::always, restart},
    EffectRule{"control.socket", When::always, restart},
    EffectRule{"control.listen", When::always, restart},
    EffectRule{"store.path", When::always, restart},
    EffectRule{"log.queue", When::always, restart},
    EffectRule{"listeners.*", When::removed, drains},
    EffectRule{"listeners.*.address", When::changed, drains},
    EffectRule{"services.*", When::removed, drains},
    EffectRule{"services.*.instances", When::loses, drains},
    // Limits count on under the same identity alone, see policy::LimitRule.
    EffectRule{"limits.*", When::added, live, "starts empty"},
    EffectRule{"limits.*.key", When::always, live, "starts empty"},
    EffectRule{"limits.*.window", When::always, live, "starts empty"},
    EffectRule{"limits.*.algorithm", When::always, live, "starts empty"},
    EffectRule{"limits.*.ipv6_prefix", When::always, live, "starts empty"},
};

bool holds(When when, ChangeKind kind, bool loses) {
  switch (when) {
    case When::always:
      return true;
    case When::added:
      return kind == ChangeKind::added;
    case When::removed:
      return kind == ChangeKind::removed;
    case When::changed:
      return kind == ChangeKind::changed;
    case When::loses:
      return loses || kind == ChangeKind::removed;
  }
  return false;
}

}  // namespace

std::span<const EffectRule> effect_rules() {
  return kEffects;
}

const EffectRule* find_effect(std::string_view key, ChangeKind kind, bool loses) {
  for (const EffectRule& rule : kEffects) {
    if (rule.key == key && holds(rule.when, kind, loses)) return &rule;
  }
  return nullptr;
}

std::string_view name_of(Effect effect) {
  switch (effect) {
    case live:
      return "live";
    case drains:
      return "drains";
    case drops_connections:
      return "drops connections";
    case restart:
      return "restart";
  }
  return "";
}

}  // namespace gateway::config

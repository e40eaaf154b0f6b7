#include "shared/decision/load.h"

#include <utility>

namespace gateway::decision {
namespace {

config::Loaded checked(config::Loaded loaded) {
  const auto& config = loaded.config ? loaded.config : loaded.draft;
  if (!config) return loaded;
  check(*config, loaded.diagnostics);
  if (loaded.config && loaded.diagnostics.errors() > 0) {
    loaded.draft = std::move(loaded.config);
    loaded.config.reset();
  }
  return loaded;
}

}  // namespace

config::Loaded load(const std::string& path, const config::Environment& environment) {
  return checked(config::load(path, environment));
}

config::Loaded load(const config::Candidate& candidate, const config::Environment& environment) {
  return checked(config::load(candidate, environment));
}

config::Loaded load_text(std::string path, std::string text,
                         const config::Environment& environment) {
  return checked(config::load_text(std::move(path), std::move(text), environment));
}

}  // namespace gateway::decision

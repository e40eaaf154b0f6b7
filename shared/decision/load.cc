#include "shared/decision/load.h"

namespace gateway::decision {

config::Loaded load(const std::string& path, const config::Environment& environment) {
  config::Loaded loaded = config::load(path, environment);
  if (!loaded.config) return loaded;
  check(*loaded.config, loaded.diagnostics);
  if (loaded.diagnostics.errors() > 0) loaded.config.reset();
  return loaded;
}

}  // namespace gateway::decision

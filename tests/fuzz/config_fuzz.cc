// Any text as a configuration: load, render both ways, and check what was accepted as the daemon
// would. A config is given exactly when there is no error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "shared/config/load.h"
#include "shared/decision/load.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gateway;
  const config::Environment environment = {[](std::string_view name) -> std::optional<std::string> {
    if (name.size() > 2) return std::nullopt;
    return std::string(name) + "\n\"x";
  }};
  config::Loaded loaded = config::load_text(
      "fuzz.toml", std::string(reinterpret_cast<const char*>(data), size), environment);
  if (loaded.config.has_value() != (loaded.diagnostics.errors() == 0)) std::abort();
  if (loaded.config) decision::check(*loaded.config, loaded.diagnostics);
  const std::string text = config::render_text(loaded.diagnostics, (size & 1) != 0);
  if (text.empty() != loaded.diagnostics.items.empty()) std::abort();
  if (config::render_json(loaded.diagnostics).empty()) std::abort();
  if (config::first_error(loaded.diagnostics).empty() != (loaded.diagnostics.errors() == 0)) {
    std::abort();
  }
  return 0;
}

#include "gatewayd/log_settings.h"

namespace gateway {

static_assert(config::kLogCategoryNames == journal::kCategoryNames);

namespace {

journal::Level to_level(config::LogLevel level) {
  switch (level) {
    case config::LogLevel::debug:
      return journal::Level::debug;
    case config::LogLevel::info:
      return journal::Level::info;
    case config::LogLevel::warning:
      return journal::Level::warning;
    case config::LogLevel::error:
      return journal::Level::error;
  }
  return journal::Level::info;
}

}  // namespace

journal::Levels log_levels(const config::Log& settings) {
  journal::Levels levels;
  for (std::size_t i = 0; i < levels.size(); ++i) levels[i] = to_level(settings.levels[i]);
  return levels;
}

journal::Format log_format(const config::Log& settings) {
  return settings.format == config::LogFormat::json ? journal::Format::json : journal::Format::text;
}

std::vector<std::string> masked_parameters(const config::Config& config) {
  std::vector<std::string> names = config.log.redact;
  if (config.auth.api_key && !config.auth.api_key->query.empty()) {
    names.push_back(config.auth.api_key->query);
  }
  return names;
}

}  // namespace gateway

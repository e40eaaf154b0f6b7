#pragma once

#include <nlohmann/json_fwd.hpp>

namespace gateway::control {

// A document of each form that the API answers with or takes, made by the code that makes the real
// ones: the OpenAPI document takes names and types of fields from here.
nlohmann::json sample_routes();
nlohmann::json sample_services();
nlohmann::json sample_health();
nlohmann::json sample_service_health();
nlohmann::json sample_breakers();
nlohmann::json sample_breaker_verdict();
nlohmann::json sample_status();
nlohmann::json sample_cache();
nlohmann::json sample_cache_purged();
nlohmann::json sample_stats();
nlohmann::json sample_log_page();
nlohmann::json sample_security_page();
nlohmann::json sample_course();
nlohmann::json sample_performance();
nlohmann::json sample_limit_usage();
nlohmann::json sample_explanation();
nlohmann::json sample_story();
nlohmann::json sample_reload_verdict();
nlohmann::json sample_upgrade_verdict();
nlohmann::json sample_incident();
nlohmann::json sample_diff();
nlohmann::json sample_apply_verdict();
nlohmann::json sample_confirm_verdict();
nlohmann::json sample_audit();
nlohmann::json sample_history();
nlohmann::json sample_revision();
nlohmann::json sample_explain_request();
nlohmann::json sample_config_source();
nlohmann::json sample_apply_request();

}  // namespace gateway::control

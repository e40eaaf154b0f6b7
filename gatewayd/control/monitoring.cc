#include <nlohmann/json.hpp>

#include "gatewayd/control/endpoint.h"
#include "gatewayd/control/samples.h"
#include "gatewayd/control/service_calls.h"
#include "gatewayd/control/store_answer.h"
#include "gatewayd/control/traffic_course.h"
#include "shared/control/health_messages.h"
#include "shared/control/log_page_text.h"
#include "shared/control/messages.h"

// What happened: the log of requests, their figures over time, errors, limits.
namespace gateway::control {
namespace {

using nlohmann::json;

Answer page_of(Backend& backend, const store::LogFilter& filter) {
  return from_store(backend, [&](store::Reader& reader) {
    const auto page = reader.logs(filter);
    if (!page) return problem(503, page.error().message);
    return Answer{.status = 200, .type = "application/json", .body = log_page_text(*page)};
  });
}

Answer logs(const Call& call, Backend& backend) {
  const auto filter = parse_log_filter(call.params);
  if (!filter) return problem(400, filter.error().message);
  return page_of(backend, *filter);
}

// The log of what was refused or failed.
Answer errors(const Call& call, Backend& backend) {
  auto filter = parse_log_filter(call.params);
  if (!filter) return problem(400, filter.error().message);
  if (!filter->status) filter->status = {400, 599};
  return page_of(backend, *filter);
}

Answer security(const Call& call, Backend& backend) {
  const auto filter = parse_security_filter(call.params);
  if (!filter) return problem(400, filter.error().message);
  return from_store(backend, [&](store::Reader& reader) {
    const auto page = reader.security(*filter);
    return page ? json_answer(to_document(*page)) : problem(503, page.error().message);
  });
}

Answer course(const Call& call, Backend& backend) {
  const auto hours = parse_hours(call.params, kMaxCourseHours);
  if (!hours) return problem(400, hours.error().message);
  return from_store(backend, [&](store::Reader& reader) {
    return course_answer(reader, *hours, SystemClock().unix_now());
  });
}

Answer performance(const Call& call, Backend& backend) {
  const auto hours = parse_hours(call.params, kMaxStatsHours);
  if (!hours) return problem(400, hours.error().message);
  return from_store(backend, [&](store::Reader& reader) {
    return performance_answer(reader, *hours, SystemClock().unix_now());
  });
}

Answer limits(const Call& call, Backend& backend) {
  const auto subject = parse_limit_subject(call.params);
  if (!subject) return problem(400, subject.error().message);
  return json_answer(backend.limit_usage(*subject));
}

constexpr Endpoint kEndpoints[] = {
    {.method = "GET",
     .path = kLogsPath,
     .summary = "Search the log of requests, newest first; a page's cursor goes on.",
     .params = log_param_texts,
     .reply = {200, "A page of rows.", sample_log_page},
     .answer = logs},
    {.method = "GET",
     .path = kSecurityLogPath,
     .summary = "Search the log of what was refused, or would have been.",
     .params = security_param_texts,
     .reply = {200, "A page of events.", sample_security_page},
     .answer = security},
    {.method = "GET",
     .path = "/api/v1/gateway/metrics",
     .summary = "Tell the course of the traffic over the last hours, in at most 14 steps.",
     .params = course_param_texts,
     .reply = {200, "The steps, oldest first.", sample_course},
     .answer = course},
    {.method = "GET",
     .path = "/api/v1/gateway/errors",
     .summary =
         "Search the log of requests that were refused or failed: those with a status of 400 "
         "or above.",
     .params = log_param_texts,
     .reply = {200, "A page of rows.", sample_log_page},
     .answer = errors},
    {.method = "GET",
     .path = "/api/v1/gateway/performance",
     .summary = "Tell response times of the last hours: percentiles by route, slowest "
                "first.",
     .params = hours_param_texts,
     .reply = {200, "The percentiles.", sample_performance},
     .answer = performance},
    {.method = "GET",
     .path = "/api/v1/gateway/rate-limits",
     .summary =
         "Tell the limits that hold, how often each refused, and how much of one somebody has "
         "used.",
     .params = limit_subject_texts,
     .reply = {200, "The limits.", sample_limit_usage},
     .answer = limits},
    {.method = "GET",
     .path = "/api/v1/gateway/services/{name}/health",
     .summary = "Tell how one service is and, with history, how it was.",
     .params = history_param_texts,
     .reply = {200, "The service.", sample_service_health},
     .answer = service_health},
};

}  // namespace

std::span<const Endpoint> monitoring_endpoints() {
  return kEndpoints;
}

}  // namespace gateway::control

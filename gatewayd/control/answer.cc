#include "gatewayd/control/answer.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace gateway::control {

namespace {

constexpr std::pair<int, std::string_view> kReasons[] = {
    {200, "OK"},
    {201, "Created"},
    {204, "No Content"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {503, "Service Unavailable"},
};

std::string text_of(const nlohmann::json& document) {
  using Handler = nlohmann::json::error_handler_t;
  return document.dump(-1, ' ', false, Handler::replace);
}

}  // namespace

std::string_view reason(int status) {
  for (const auto& [known, phrase] : kReasons) {
    if (known == status) return phrase;
  }
  return status >= 500 ? "Internal Server Error" : "Bad Request";
}

Answer json_answer(const nlohmann::json& document, int status) {
  return {status, "application/json", text_of(document)};
}

Answer problem(int status, std::string_view detail, const std::vector<FieldFault>& faults) {
  nlohmann::json body = {
      {"type", "about:blank"}, {"title", reason(status)}, {"status", status}, {"detail", detail}};
  for (const FieldFault& fault : faults) {
    body["errors"].push_back({{"pointer", "#" + fault.pointer}, {"detail", fault.detail}});
  }
  return {status, "application/problem+json", text_of(body)};
}

std::string detail_of(const Answer& answer) {
  if (answer.status < 400) return {};
  const auto body = nlohmann::json::parse(answer.body, nullptr, false);
  return body.is_object() ? body.value("detail", std::string()) : std::string();
}

std::string problem_message(int status, std::string_view detail) {
  const Answer answer = problem(status, detail);
  return fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
      status, reason(status), answer.type, answer.body.size(), answer.body);
}

}  // namespace gateway::control

#include "gatewayd/control/answer.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace gateway::control {

std::string_view reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 414:
      return "URI Too Long";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return status >= 500 ? "Internal Server Error" : "Bad Request";
  }
}

Answer problem(int status, std::string_view detail) {
  const nlohmann::json body = {
      {"type", "about:blank"}, {"title", reason(status)}, {"status", status}, {"detail", detail}};
  using Handler = nlohmann::json::error_handler_t;
  return {status, "application/problem+json", body.dump(-1, ' ', false, Handler::replace), ""};
}

std::string problem_message(int status, std::string_view detail) {
  const Answer answer = problem(status, detail);
  return fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
      status, reason(status), answer.type, answer.body.size(), answer.body);
}

}  // namespace gateway::control

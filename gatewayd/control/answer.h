#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gateway::control {

// What the control API says to one call.
struct Answer {
  int status = 200;
  std::string type = "application/json";
  std::string body{};
  std::string allow{};  // the Allow field of a 405; empty otherwise
  std::vector<std::pair<std::string, std::string>> fields{};  // further ones
};

// The reason phrase of the statuses this API uses (RFC 9110 §15).
std::string_view reason(int status);

// A document. Text in it that is no UTF-8 is replaced: hosts and paths in the log are whatever
// bytes a client sent.
Answer json_answer(const nlohmann::json& document, int status = 200);

// What is wrong with one field of a body.
struct FieldFault {
  std::string pointer;  // "/service": a JSON pointer (RFC 6901); empty: the body as a whole
  std::string detail;
};

// application/problem+json (RFC 9457): type about:blank, the reason as its title; with `faults` as
// its errors, each with the pointer of its field.
Answer problem(int status, std::string_view detail, const std::vector<FieldFault>& faults = {});

// The detail of a problem; of another answer nothing.
std::string detail_of(const Answer& answer);

// The whole HTTP/1.1 message of a problem, for a peer that never got as far as a call.
std::string problem_message(int status, std::string_view detail);

}  // namespace gateway::control

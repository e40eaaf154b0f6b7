#pragma once

#include <string>
#include <string_view>

namespace gateway::control {

// What the control API says to one call.
struct Answer {
  int status = 200;
  std::string type = "application/json";
  std::string body;
  std::string allow;  // the Allow field of a 405; empty otherwise
};

// The reason phrase of the statuses this API uses (RFC 9110 §15).
std::string_view reason(int status);

// application/problem+json (RFC 9457): type about:blank, the reason as its title.
Answer problem(int status, std::string_view detail);

// The whole HTTP/1.1 message of a problem, for a peer that never got as far as a call.
std::string problem_message(int status, std::string_view detail);

}  // namespace gateway::control

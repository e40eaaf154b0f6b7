#include "gatewayctl/explain_options.h"

#include <fmt/format.h>

#include "gatewayctl/time_argument.h"
#include "shared/config/visible_text.h"

namespace gateway::ctl {
namespace {

// Empty: all is well.
std::string take(std::string_view option, const std::string& value, const Console& console,
                 decision::ExplainRequest& request) {
  if (option == "--header") {
    const char* wrong = decision::read_field(value, request);
    if (wrong != nullptr) return fmt::format("--header {}: {}", config::visible(value), wrong);
  } else if (option == "--data") {
    request.body = value;
  } else if (option == "--client") {
    const auto address = parse_ip(value);
    if (!address)
      return fmt::format("--client takes an IP address, not \"{}\"", config::visible(value));
    request.client = *address;
  } else if (option == "--user") {
    request.user = value;
  } else if (option == "--role") {
    request.roles.push_back(value);
  } else if (option == "--scope") {
    request.scopes.push_back(value);
  } else if (option == "--at") {
    const auto time = parse_time_argument(value, console.now());
    if (!time) return fmt::format("--at takes {}", kTakesTime);
    request.time = *time;
  }
  return {};
}

}  // namespace

Result<decision::ExplainRequest, ParseError> explain_request(const Invocation& invocation) {
  decision::ExplainRequest request;
  request.client = *parse_ip("127.0.0.1");
  request.method = invocation.operands[0];
  const std::string& url = invocation.operands[1];
  if (const char* wrong = decision::read_url(url, request)) {
    return ParseError{
        fmt::format("{} {}: {}", config::visible(request.method), config::visible(url), wrong)};
  }
  for (const auto& [option, value] : invocation.given) {
    if (auto wrong = take(option->name, value, invocation.console, request); !wrong.empty()) {
      return ParseError{std::move(wrong)};
    }
  }
  if (request.user.empty() && invocation.has("--user")) return ParseError{"--user names nobody"};
  if (const char* wrong = decision::fault_of(request)) {
    return ParseError{fmt::format("--role and --scope need --user: {}", wrong)};
  }
  return request;
}

}  // namespace gateway::ctl

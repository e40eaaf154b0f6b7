#include "gatewayctl/console.h"

#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>

namespace gateway::ctl {
namespace {

using nlohmann::json;

std::optional<std::string> environment(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

bool may_colour(int fd) {
  const auto no_color = environment("NO_COLOR");
  return ::isatty(fd) != 0 && (!no_color || no_color->empty()) && environment("TERM") != "dumb";
}

bool ask_person(std::string_view question) {
  std::cerr << question << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

}  // namespace

Console process_console() {
  std::ios::sync_with_stdio(false);
  const bool can_ask = ::isatty(STDIN_FILENO) != 0;
  return {std::cout,
          std::cerr,
          may_colour(STDOUT_FILENO),
          may_colour(STDERR_FILENO),
          environment,
          [] { return SystemClock().unix_now(); },
          can_ask ? ask_person : std::function<bool(std::string_view)>()};
}

void print_json(std::ostream& out, const json& document) {
  out << document.dump(2, ' ', false, json::error_handler_t::replace) << '\n';
}

void print_json_line(std::ostream& out, const json& document) {
  out << document.dump(-1, ' ', false, json::error_handler_t::replace) << '\n';
}

}  // namespace gateway::ctl

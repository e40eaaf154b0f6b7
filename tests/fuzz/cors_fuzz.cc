// Origins and preflights from anywhere: no crash, an origin has one form, and no answer holds a
// line that the rules did not put there.
// Input: six lines: an entry of `origins`, a letter for the switches, method, Origin, method and
// fields asked for.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "shared/policy/cors.h"
#include "shared/policy/csrf.h"

namespace {

using namespace gateway;
using namespace gateway::policy;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

void check_origin(std::string_view text) {
  const auto origin = parse_origin(text);
  if (!origin) return;
  require(text.find_first_of("\r\n\t ,;?#@\\") == std::string_view::npos);
  OriginMemory memory;
  const std::string form(serialize(*origin, memory));
  const auto again = parse_origin(form);
  require(again.has_value());
  require(serialize(*again, memory) == form);
  const std::string url = form + "/path?query";
  const auto of_url = origin_of_url(url);
  require(of_url && of_url->host == again->host && of_url->port == again->port);
  OriginSet set;
  set.add(text);
  require(OriginSet::fault(text) != nullptr || set.contains(*origin));
}

// Whole lines, each with a name that an answer to other origins has.
void check_lines(std::string_view lines) {
  while (!lines.empty()) {
    const std::size_t end = lines.find("\r\n");
    require(end != std::string_view::npos);
    const std::string_view line = lines.substr(0, end);
    require(line.find_first_of("\r\n") == std::string_view::npos);
    const std::string_view name = line.substr(0, line.find(": "));
    require(name == "Vary" || cors_answer_fields().contains(name));
    lines.remove_prefix(end + 2);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  config::Cors cors;
  cors.origins = {{std::string(take_line(text)), {}}, {"https://*.b.example", {}}};
  const std::string_view switches = take_line(text);
  cors.credentials = switches.find('c') != std::string_view::npos;
  cors.private_network = switches.find('p') != std::string_view::npos;
  cors.methods = {"PUT"};
  cors.headers = {{"Authorization", {}}};
  const std::string_view method = take_line(text);
  const std::string_view origin = take_line(text);
  const std::string_view asked = take_line(text);
  const Fields fields = {
      {"Origin", origin, "", FieldId::origin},
      {"Access-Control-Request-Method", asked, "", FieldId::access_control_request_method},
      {"Access-Control-Request-Headers", take_line(text), "", FieldId::other},
      {"Referer", origin, "", FieldId::other},
      {"Cookie", "a=b", "", FieldId::cookie}};
  check_origin(origin);
  check_origin(cors.origins.front().value);
  for (const CorsFault& fault : cors_faults(cors)) require(!fault.message.empty());

  const CorsRules rules(cors);
  const OwnSite own{switches.find('s') != std::string_view::npos, "api.example"};
  const CorsVerdict verdict = rules.decide(method, fields, own);
  require(verdict.is_preflight() == (method == "OPTIONS"));
  const bool refused = verdict.kind == CorsVerdict::Kind::refused ||
                       verdict.kind == CorsVerdict::Kind::preflight_refused;
  require(refused == (*verdict.why != '\0'));
  std::string lines;
  rules.append_answer_lines(verdict, false, lines);
  check_lines(lines);
  if (cors.credentials) require(lines.find("Allow-Origin: *") == std::string::npos);
  lines.clear();
  rules.append_preflight_lines(verdict, lines);
  check_lines(lines);
  const bool caches = lines.find("Max-Age") != std::string::npos;
  require(caches == (verdict.kind == CorsVerdict::Kind::preflight_allowed));

  const CsrfRules csrf(config::CsrfMode::origin, {}, &rules.origins());
  const CsrfVerdict source = csrf.decide("POST", fields, own);
  const auto parsed = parse_origin(origin);
  const bool trusted = parsed && (is_own(*parsed, own) || rules.origins().contains(*parsed));
  require((source.kind == CsrfVerdict::Kind::passed) == trusted);
  return 0;
}

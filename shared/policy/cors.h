#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/fields.h"
#include "shared/base/name_set.h"
#include "shared/config/policies.h"
#include "shared/policy/origin.h"
#include "shared/policy/origin_set.h"

namespace gateway::policy {

// Names in Access-Control-Request-Headers that are looked at; a preflight with more is refused.
inline constexpr std::size_t kMaxRequestedHeaders = 100;

// Something in a set of rules that browsers would not take, or that lets in more than was meant.
struct CorsFault {
  std::string message;  // a whole sentence
  config::Place place;
};

// Everything that is wrong with `cors`; empty when it can be compiled.
std::vector<CorsFault> cors_faults(const config::Cors& cors);

// What the rules say about one request.
struct CorsVerdict {
  enum class Kind : std::uint8_t {
    not_cross_origin,   // no Origin, or the gateway's own: goes on
    allowed,            // goes on; the answer may be read by the page
    refused,            // goes on as well, as a browser sends it in any case: the answer carries no
                        // permission, so that the page cannot read it
    preflight_allowed,  // answered by the gateway (Fetch "CORS-preflight fetch")
    preflight_refused,  // answered by the gateway; what is missing in the answer tells the browser
                        // (and its user's console) what was refused
  };
  Kind kind = Kind::not_cross_origin;
  const char* why = "";        // a static sentence when refused
  std::string_view offending;  // origin, method or field name that was refused; of the request
  std::string_view origin;     // allowed by name: what Access-Control-Allow-Origin is to repeat
  // Of a preflight: how far it got, as no more than that is permitted by the answer.
  bool method_passed = false;
  bool headers_passed = false;
  bool opens_private_network = false;

  bool is_preflight() const {
    return kind == Kind::preflight_allowed || kind == Kind::preflight_refused;
  }
};

// One [cors.NAME], as the Fetch standard has it. Origins are compared in the form that browsers
// send: lower case, default port dropped. "https://*.a.example" takes any number of labels in front
// and never a.example itself; "*" takes every Origin, "null" and malformed ones as well.
//
// A preflight is an OPTIONS request with Origin and Access-Control-Request-Method. GET, HEAD and
// POST need no listing, as browsers let them pass whatever is listed; which methods a route takes
// is the route's to say. A browser asks only for fields that are not safelisted, so every name in
// Access-Control-Request-Headers must be listed: Content-Type is asked for when its value is one
// that no form can send. "*" lists every method or field but Authorization.
//
// Built once a snapshot, const afterwards. What cors_faults() tells of matches nothing.
class CorsRules {
 public:
  explicit CorsRules(const config::Cors& cors);

  CorsVerdict decide(std::string_view method, const Fields& fields, const OwnSite& own) const;

  // What the rules name, "*" left out.
  const OriginSet& origins() const { return origins_; }

  // Field lines (CRLF included) of the answer to a preflight.
  void append_preflight_lines(const CorsVerdict& verdict, std::string& out) const;

  // Field lines of the answer to any other request, whoever made the answer. They hold "Vary:
  // Origin" whenever the answer depends on the Origin, also for a request without one, unless
  // `varies` tells that the answer says so already. With "*" nothing depends on it.
  void append_answer_lines(const CorsVerdict& verdict, bool varies, std::string& out) const;

 private:
  bool allows_method(std::string_view method) const;
  bool allows_header(std::string_view name) const;
  // Fills `offending` and `why` when the origin is not allowed, else `origin`; whether it is.
  bool judge_origin(const OriginField& field, bool own, CorsVerdict& verdict) const;
  bool judge_preflight(const Fields& fields, CorsVerdict& verdict) const;
  bool judge_headers(const Fields& fields, CorsVerdict& verdict) const;
  void append_origin(const CorsVerdict& verdict, bool varies, std::string& out) const;

  OriginSet origins_;
  bool any_origin_;                   // "*", and no credentials
  std::vector<std::string> methods_;  // compared with case, as methods are
  bool any_method_;
  NameSet headers_;
  bool any_header_;
  bool private_network_;
  std::string credentials_line_;
  std::string methods_line_;
  std::string headers_line_;
  std::string max_age_line_;
  std::string answer_lines_;  // all but Allow-Origin and Vary
};

// Names of an upstream's answer fields that the gateway's own take the place of.
const NameSet& cors_answer_fields();

// Whether an answer with these fields says already that it varies by Origin (or by everything).
bool varies_by_origin(const Fields& fields);

}  // namespace gateway::policy

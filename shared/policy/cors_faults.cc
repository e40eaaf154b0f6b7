#include <fmt/format.h>

#include <algorithm>

#include "shared/policy/cors.h"
#include "shared/policy/field_syntax.h"

namespace gateway::policy {
namespace {

class Finder {
 public:
  explicit Finder(const config::Cors& cors) : cors_(cors) {}

  std::vector<CorsFault> find() {
    if (cors_.origins.empty()) add(cors_.place, "names no origin: nobody would be allowed");
    for (const auto& origin : cors_.origins) check_origin(origin);
    for (const std::string& method : cors_.methods) check_name("methods", method, cors_.place);
    for (const auto& header : cors_.headers) check_name("headers", header.value, header.place);
    for (const std::string& name : cors_.expose) check_name("expose", name, cors_.place);
    return std::move(faults_);
  }

 private:
  void add(config::Place place, std::string_view what) {
    faults_.push_back({fmt::format("cors \"{}\" {}", cors_.name, what), place});
  }

  void check_origin(const config::Setting<std::string>& origin) {
    if (origin.value != "*") {
      if (const char* why = OriginSet::fault(origin.value)) {
        add(origin.place, fmt::format("has an origin \"{}\": {}", origin.value, why));
      }
    } else if (cors_.credentials) {
      add(origin.place,
          "allows credentials to \"*\": every page of the web could act as the user; list the "
          "origins");
    }
  }

  void check_name(std::string_view key, const std::string& name, config::Place place) {
    if (!is_token(name)) {
      add(place, fmt::format("has \"{}\" in its {}, which is not a name", name, key));
    } else if (name == "*" && cors_.credentials) {
      add(place, fmt::format("has \"*\" in its {}: with credentials, browsers take it for a name; "
                             "list what is meant",
                             key));
    }
  }

  const config::Cors& cors_;
  std::vector<CorsFault> faults_;
};

}  // namespace

std::vector<CorsFault> cors_faults(const config::Cors& cors) {
  return Finder(cors).find();
}

}  // namespace gateway::policy

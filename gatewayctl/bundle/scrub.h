#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace gateway::ctl {

// A configuration's text without what could let anybody in: secrets, hashes of tokens and
// passwords, values of fields and parameters whose names speak of a secret, and what scrub_text()
// takes out. Keys, names and lines stay. Masks too much rather than too little. Pure.
std::string scrub_config(std::string text);

// A log's text without credentials (Bearer and Basic, tokens in JWS form, user:password in URLs)
// and without values of queries. Pure.
std::string scrub_text(std::string text);

// Rows of `gatewayctl logs` without what tells of persons: clients and users become client-1,
// user-1 and so on, the same for the same in one bundle; queries keep their names, paths what
// path_pattern() leaves, and free text goes. One thread.
class Pseudonyms {
 public:
  nlohmann::json scrub_page(nlohmann::json page);
  // The same for the fields client, user and path of lines of the daemon's log, in either form, and
  // what scrub_text() takes out.
  std::string scrub_log(std::string_view text);

 private:
  std::string name(std::map<std::string, std::string>& known, std::string_view kind,
                   const std::string& value);

  std::map<std::string, std::string> clients_;
  std::map<std::string, std::string> users_;
};

}  // namespace gateway::ctl

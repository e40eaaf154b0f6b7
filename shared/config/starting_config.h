#pragma once

#include <string>

namespace gateway::config {

// Where the gateway of a starting configuration keeps its control socket and database.
enum class Home {
  machine,  // the defaults, as the Debian package and its unit make them
  here,     // the folder that gatewayd is started in: for trying it without being root
};

// A configuration to begin with, as TOML: a listener, a service, a route and what is most often
// wanted beside them, each key with what the table of keys says of it. It is valid as it stands,
// and also with any of its "#" before a setting taken away.
std::string starting_config(Home home);

}  // namespace gateway::config

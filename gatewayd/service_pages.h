#pragma once

#include <string>

namespace gateway {

class Daemon;

// The JSON of the built-in endpoints about services, in the order of the config. Anyone may read
// them whom the config lets: they name services and tell how they do, and neither addresses nor
// paths nor errors of the disk.
std::string info_page(const Daemon& daemon);             // name, version, states of services
std::string detailed_health_page(const Daemon& daemon);  // services, breakers, the database
std::string service_health_page(const Daemon& daemon);   // services
std::string services_page(const Daemon& daemon);  // services and how many instances they have

}  // namespace gateway

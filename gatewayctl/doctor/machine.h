#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shared/base/clock.h"

// What doctor finds on a machine, as plain values: look.h reads them, judge.h says what they mean.
namespace gateway::ctl::doctor {

// Whose permissions count: the user that gatewayd runs as.
struct Runner {
  std::string name;
  uid_t uid = 0;
  std::vector<gid_t> groups;
};

struct Process {
  pid_t pid = 0;
  std::string name;  // empty: it may not be known to who asks
};

struct Descriptors {
  // Whose limit it is.
  enum class Of : std::uint8_t { daemon, unit, here };
  std::uint64_t allowed = 0;  // hard limit of open files
  std::uint64_t needed = 0;
  std::uint64_t connections = 0;  // gateway.max_connections
  Of of = Of::here;
  pid_t daemon = 0;  // Of::daemon
};

// A listener's address, and what came of binding it.
struct Port {
  std::string listener;
  std::string address;  // "0.0.0.0:80"
  std::uint16_t port = 0;
  int error = 0;                  // errno of bind(2)
  std::optional<Process> holder;  // who listens on this port
  bool ours = false;              // the holder is the gatewayd of this configuration
  std::uint16_t first_unprivileged = 1024;
  bool runner_is_root = false;
};

// A file or folder that gatewayd uses.
struct Place {
  enum class Role : std::uint8_t { config_file, config_folder, state, database, run, log };
  Role role = Role::state;
  std::string path;
  bool exists = false;
  bool is_folder = false;
  uid_t uid = 0;
  gid_t gid = 0;
  mode_t mode = 0;  // permission bits, with the sticky bit
  std::string owner;
  std::string group;
  bool holds_secret =
      false;  // of the configuration: a secret stands in it, not in a file of its own
};

struct Disk {
  std::string path;        // folder of the database
  std::uint64_t free = 0;  // bytes that a user who is not root may still write
  std::uint64_t size = 0;
  bool read_only = false;
  bool out_of_inodes = false;
  std::uint64_t database = 0;  // bytes of the database now
  std::uint64_t max_size = 0;  // store.max_size
};

struct ClockReading {
  UnixMicros now = 0;
  std::optional<bool> synchronised;  // none: the kernel does not tell
  UnixMicros newest = 0;             // last change of the configuration and the database
  std::string newest_path;
};

// A host name of the configuration, and what the name service said.
struct Name {
  std::string host;
  std::string used_by;  // "services.api", "auth.jwt.jwks_url"
  std::size_t addresses = 0;
  std::string fault;  // the resolver's words; empty: it was found
  milliseconds took{};
  bool answered = true;  // false: not within the time that was given
};

// Something that stops being valid.
struct Expiry {
  std::string what;   // "certificate /etc/…/site.pem (CN = …)", "API key \"ci\""
  std::string fault;  // why it cannot be read; empty: it can
  UnixMicros from = 0;
  UnixMicros until = 0;
};

struct Store {
  std::string path;
  bool exists = false;
  std::string fault;  // why it cannot be opened, with what to do
  int schema = 0;     // of the file
  int known = 0;      // of this program
  std::vector<std::string> damage;
  bool whole = true;  // false: the time ran out before all was looked at
};

struct Kernel {
  std::optional<std::uint64_t> somaxconn;
  std::optional<std::uint64_t> first_local_port;
  std::optional<std::uint64_t> last_local_port;
  std::uint64_t most_connections = 0;  // that one instance may get
  std::string busiest;                 // the service it belongs to
};

}  // namespace gateway::ctl::doctor

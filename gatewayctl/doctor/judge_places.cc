#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "gatewayctl/doctor/judge.h"

// Folders and files: who owns them and who may do what.
namespace gateway::ctl::doctor {
namespace {

constexpr mode_t kRead = 4;
constexpr mode_t kWrite = 2;
constexpr mode_t kSearch = 1;
constexpr mode_t kSticky = 01000;

using Role = Place::Role;

// What the place is for, the word for programs, and the key that names another one.
struct Use {
  const char* what;
  const char* check;
  const char* key;
};

Use use_of(Role role) {
  switch (role) {
    case Role::config_file:
      return {"the configuration", "config-file", "--config"};
    case Role::config_folder:
      return {"the folder of the configuration", "config-folder", "--config"};
    case Role::state:
      return {"the folder of the database", "state-folder", "store.path"};
    case Role::database:
      return {"the database", "database-file", "store.path"};
    case Role::run:
      return {"the folder of the control socket", "run-folder", "control.socket"};
    case Role::log:
      return {"the folder of the log", "log-folder", "log.to"};
  }
  return {"", "", ""};
}

// "root:adm 0750"
std::string owner_and_mode(const Place& place) {
  return fmt::format("{}:{} {:04o}", place.owner, place.group, place.mode);
}

Finding missing(const Place& place, const Runner& runner, const Use& use) {
  const std::string make = fmt::format("install -d -o {} -m 0750 {}", runner.name, place.path);
  if (place.role == Role::run && place.path.starts_with("/run/")) {
    return {State::warn, use.check, fmt::format("{}, {}, is not there", use.what, place.path),
            fmt::format("nothing, if gatewayd is started by its unit, which makes it "
                        "(RuntimeDirectory=); else {}",
                        make)};
  }
  return {State::fail, use.check, fmt::format("{}, {}, is not there", use.what, place.path),
          fmt::format("{}; or set {} to another place", make, use.key)};
}

// What the runner must be able to do there. Nothing: all is well.
std::optional<Finding> lacking(const Place& place, const Runner& runner, const Use& use) {
  const bool file = !place.is_folder;
  const bool only_read = place.role == Role::config_file || place.role == Role::config_folder;
  const mode_t wanted =
      only_read ? (file ? kRead : kSearch) : (file ? kRead | kWrite : kWrite | kSearch);
  if (!allows(place, runner, wanted)) {
    const std::string next =
        place.role == Role::config_file
            ? fmt::format("chgrp {} {} && chmod g+r {}", runner.name, place.path, place.path)
            : fmt::format("chown {} {} && chmod u+rwX {}", runner.name, place.path, place.path);
    return Finding{
        State::fail, use.check,
        fmt::format("{} may not {} {}, {} ({})", runner.name, only_read ? "read" : "write",
                    use.what, place.path, owner_and_mode(place)),
        next};
  }
  if (place.role == Role::config_folder && !allows(place, runner, kWrite)) {
    return Finding{State::warn, use.check,
                   fmt::format("{} may not write {}, {} ({}): gatewayctl apply and rollback "
                               "cannot replace the file",
                               runner.name, use.what, place.path, owner_and_mode(place)),
                   fmt::format("nothing, if changes come another way; else chown {} {}",
                               runner.name, place.path)};
  }
  return std::nullopt;
}

// What others can do there and must not. Nothing: all is well.
std::optional<Finding> open_to_others(const Place& place, const Use& use) {
  const bool shared = place.is_folder && (place.mode & kSticky) != 0;
  if ((place.mode & kWrite) != 0 && !shared) {
    return Finding{
        State::fail, use.check,
        fmt::format("everybody may write {}, {} ({})", use.what, place.path, owner_and_mode(place)),
        fmt::format("chmod o-w {}", place.path)};
  }
  const bool secret = place.role == Role::database || place.holds_secret;
  if (secret && (place.mode & kRead) != 0) {
    return Finding{
        State::warn, use.check,
        fmt::format("everybody may read {}, {} ({}), which holds {}", use.what, place.path,
                    owner_and_mode(place),
                    place.role == Role::database ? "what clients asked for" : "a secret"),
        fmt::format("chmod o-r {}", place.path)};
  }
  return std::nullopt;
}

}  // namespace

bool allows(const Place& place, const Runner& runner, mode_t bits) {
  if (runner.uid == 0) return true;
  // As the kernel looks: the first class that fits decides, whatever the others may do.
  const bool in_group = std::ranges::find(runner.groups, place.gid) != runner.groups.end();
  const int shift = runner.uid == place.uid ? 6 : in_group ? 3 : 0;
  return ((place.mode >> shift) & bits) == bits;
}

Finding judge(const Place& place, const Runner& runner) {
  const Use use = use_of(place.role);
  if (!place.exists) return missing(place, runner, use);
  const bool want_folder = place.role != Role::config_file && place.role != Role::database;
  if (want_folder && !place.is_folder) {
    return {State::fail, use.check, fmt::format("{}, {}, is a file", use.what, place.path),
            fmt::format("move it away, or set {} to another place", use.key)};
  }
  if (auto finding = open_to_others(place, use); finding && finding->state == State::fail) {
    return *finding;
  }
  if (auto finding = lacking(place, runner, use)) return *finding;
  if (auto finding = open_to_others(place, use)) return *finding;
  return {
      State::ok,
      use.check,
      fmt::format("{} {} ({}) suits {}", use.what, place.path, owner_and_mode(place), runner.name),
      {}};
}

}  // namespace gateway::ctl::doctor

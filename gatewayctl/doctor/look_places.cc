#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>

#include <filesystem>

#include "gatewayctl/doctor/look.h"
#include "shared/store/connection.h"
#include "shared/store/inspect.h"

// Files, folders, the disk, the database and the clock.
namespace gateway::ctl::doctor {
namespace {

namespace fs = std::filesystem;

std::string user_of(uid_t uid) {
  const passwd* entry = ::getpwuid(uid);
  return entry ? std::string(entry->pw_name) : std::to_string(uid);
}

std::string group_of(gid_t gid) {
  const group* entry = ::getgrgid(gid);
  return entry ? std::string(entry->gr_name) : std::to_string(gid);
}

std::string folder_of(const std::string& path) {
  const std::string folder = fs::path(path).parent_path();
  return folder.empty() ? "." : folder;
}

Place look_at(Place::Role role, const std::string& path) {
  Place place;
  place.role = role;
  place.path = path;
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return place;
  place.exists = true;
  place.is_folder = S_ISDIR(info.st_mode);
  place.uid = info.st_uid;
  place.gid = info.st_gid;
  place.mode = info.st_mode & 07777;
  place.owner = user_of(info.st_uid);
  place.group = group_of(info.st_gid);
  return place;
}

bool holds_secret(const config::Auth& auth) {
  const auto inline_secret = [](const config::Secret& secret) { return !secret.value.empty(); };
  if (auth.jwt && inline_secret(auth.jwt->secret)) return true;
  if (auth.jwt && auth.jwt->introspect && inline_secret(auth.jwt->introspect->client_secret)) {
    return true;
  }
  return (auth.introspect && inline_secret(auth.introspect->ask.client_secret)) ||
         (auth.basic && !auth.basic->users.empty());
}

UnixMicros changed_at(const std::string& path) {
  struct stat info {};
  if (path.empty() || ::stat(path.c_str(), &info) != 0) return 0;
  return UnixMicros{1'000'000} * info.st_mtim.tv_sec + info.st_mtim.tv_nsec / 1000;
}

}  // namespace

std::vector<Place> look_at_places(const config::Config& config, const std::string& path) {
  using Role = Place::Role;
  std::vector<Place> places{look_at(Role::config_file, path),
                            look_at(Role::config_folder, folder_of(path))};
  places.front().holds_secret = holds_secret(config.auth);
  if (!config.store.path.empty()) {
    places.push_back(look_at(Role::state, folder_of(config.store.path)));
    Place database = look_at(Role::database, config.store.path);
    if (database.exists) places.push_back(std::move(database));
  }
  if (!config.control.socket.empty()) {
    places.push_back(look_at(Role::run, folder_of(config.control.socket)));
  }
  if (config.log.to.starts_with('/')) {
    places.push_back(look_at(Role::log, folder_of(config.log.to)));
  }
  return places;
}

Disk look_at_disk(const config::Store& store) {
  Disk disk;
  disk.path = folder_of(store.path);
  disk.max_size = store.max_size;
  disk.database = store::file_size(store.path);
  struct statvfs info {};
  // A folder that is not there yet will be on the disk of the one that holds it.
  fs::path folder = disk.path;
  while (::statvfs(folder.c_str(), &info) != 0 && folder.has_relative_path()) {
    folder = folder.parent_path();
  }
  disk.free = std::uint64_t{info.f_bavail} * info.f_frsize;
  disk.size = std::uint64_t{info.f_blocks} * info.f_frsize;
  disk.read_only = (info.f_flag & ST_RDONLY) != 0;
  disk.out_of_inodes = info.f_files > 0 && info.f_favail == 0;
  return disk;
}

ClockReading look_at_clock(const std::string& config_path, const config::Store& store,
                           UnixMicros now) {
  ClockReading clock;
  clock.now = now;
  timex kernel{};
  const int state = ::adjtimex(&kernel);
  if (state >= 0) clock.synchronised = state != TIME_ERROR && (kernel.status & STA_UNSYNC) == 0;
  for (const std::string& path : {config_path, store.path, store.path + "-wal"}) {
    const UnixMicros changed = changed_at(path);
    if (changed <= clock.newest) continue;
    clock.newest = changed;
    clock.newest_path = path;
  }
  return clock;
}

Store look_at_store(const config::Store& store, milliseconds patience) {
  Store found;
  found.path = store.path;
  std::error_code ignored;
  found.exists = fs::exists(store.path, ignored) || ignored;
  if (!found.exists || store::file_size(store.path) == 0) {
    found.exists = false;
    return found;
  }
  auto inspected = store::inspect(store.path, patience);
  if (!inspected) {
    found.fault = inspected.error().message;
    return found;
  }
  found.schema = inspected->schema;
  found.known = inspected->known;
  found.damage = std::move(inspected->damage);
  found.whole = inspected->whole;
  return found;
}

}  // namespace gateway::ctl::doctor

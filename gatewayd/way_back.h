#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shared/base/clock.h"
#include "shared/config/model.h"
#include "shared/decision/change_guard.h"

namespace gateway {

// How a change of the config's files is undone. It lies in a file beside the config for as long as
// it may be needed, so that neither a crash nor a config that keeps the gateway from starting takes
// it away: while several files are written one after another, and while a change waits for its
// confirmation or is watched by a guard.
struct WayBack {
  struct File {
    std::string path;
    std::optional<std::string> text;  // none: there was no such file
  };
  std::vector<File> files;  // as they were

  // Files are being written: what finds this after a crash puts them back at once.
  bool writing = false;

  // The files were put back before a start: the history has yet to say so.
  bool returned = false;

  // Of a change that serves.
  std::uint32_t revision = 0;
  std::uint32_t back_to = 0;
  std::int64_t change = 0;          // its row in the history; 0: it has none
  std::optional<UnixMicros> until;  // it goes back then
  std::string guard;                // see decision::parse_guard; empty: none
  std::optional<UnixMicros> guarded_until;
  decision::GuardFigures before;
  std::int64_t seq = 0;  // the last row of the request log before it
};

// Where it lies: ".gatewayd.toml.gatewayd-back" beside "gatewayd.toml".
std::string way_back_path(const std::string& config_path);

// Why it could not be kept; or "".
std::string keep(const WayBack& way, const std::string& config_path);
// None: there is none, or it is not readable (then `why` tells).
std::optional<WayBack> find_way_back(const std::string& config_path, std::string& why);
void forget_way_back(const std::string& config_path);

// Puts the files back, those that are as they were aside. Why it could not; or "".
std::string put_back(const std::vector<WayBack::File>& files);
// What stands in the files at these paths now.
std::vector<WayBack::File> as_they_are(const std::vector<config::SourceFile>& files);

// Before a start reads its config: puts back what a crash left half written, and a change whose
// time for confirmation has passed. What it did, for the log; or "".
std::string recover(const std::string& config_path, UnixMicros now);

}  // namespace gateway

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/clock.h"
#include "shared/decision/explain.h"

namespace gateway::decision {

// One attempt at a service, as it was kept.
struct KeptAttempt {
  std::string kind;  // "first", "retry", "hedge"
  bool stale = false;
  bool lost = false;
  std::string instance;
  std::string address;
  std::string outcome;  // a decider's name; "upstream": it answered with `status`
  std::uint16_t status = 0;
  std::uint32_t began_us = 0;
  std::uint32_t took_us = 0;
};

// A kept trace in words. Text is as it was kept: bytes of clients, not yet safe for a terminal.
struct KeptTrace {
  UnixMicros time = 0;
  std::string method;
  std::string host;
  std::string path;  // as the client sent it
  std::string client;
  std::string user;
  std::string route;    // empty: none was found
  std::string service;  // empty: none was chosen
  std::string decider;  // a name of all_deciders()
  std::string reason;   // what the client was told; empty: nothing was refused
  std::uint16_t status = 0;
  std::uint8_t retries = 0;
  std::uint32_t revision = 0;
  std::uint32_t total_us = 0;
  std::uint32_t upstream_us = 0;
  std::vector<ExplainLine> lines;  // as explain() has them
  std::vector<KeptAttempt> attempts;
  std::uint32_t left_out = 0;  // steps and attempts beyond what a request may note
  bool cut = false;            // there was more than kMaxKeptTrace
};

// What keep_trace() wrote. Nothing for bytes of another version. Any bytes are read: what is
// missing in them is missing in the answer.
std::optional<KeptTrace> tell_kept(std::string_view bytes);

}  // namespace gateway::decision

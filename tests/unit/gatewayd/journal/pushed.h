#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "gatewayd/journal/journal.h"
#include "tests/unit/shared/store/scratch.h"

// Records and waits that the tests of the journal share.
namespace journal_test {

inline gateway::journal::Options options(const std::string& path) {
  gateway::journal::Options out;
  out.path = path;
  out.flush_every = gateway::milliseconds(20);
  return out;
}

inline gateway::journal::RequestRecord record(std::uint16_t status = 200) {
  gateway::journal::RequestRecord out;
  out.time = gateway::SystemClock().unix_now();
  out.method = "GET";
  out.host = "api.example.com";
  out.path = "/samples/7";
  out.client = "203.0.113.9";
  out.status = status;
  out.total_us = 1500;
  return out;
}

inline gateway::journal::SecurityEvent event(gateway::Decider kind = gateway::Decider::threat) {
  gateway::journal::SecurityEvent out;
  out.id.bytes[5] = 9;
  out.time = gateway::SystemClock().unix_now();
  out.kind = kind;
  out.rule = "sqli-union-select";
  out.client = "203.0.113.9";
  out.method = "GET";
  out.host = "api.example.com";
  out.path = "/samples/7";
  out.detail = "1 UNION SELECT ***";
  return out;
}

// Until `done`, a minute at most; whether it came.
inline bool wait_for(const std::function<bool()>& done) {
  for (int i = 0; i < 6000; ++i) {
    if (done()) return true;
    std::this_thread::sleep_for(gateway::milliseconds(10));
  }
  return done();
}

}  // namespace journal_test

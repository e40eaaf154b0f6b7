#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "shared/policy/cache_answer.h"
#include "shared/policy/cache_control.h"
#include "shared/policy/cache_entry.h"
#include "shared/policy/cache_reuse.h"

namespace gateway::decision {

// What the cache makes of one request, part of Exchange. The shell fills the last part as it goes.
struct CacheTurn {
  enum class Kind : std::uint8_t {
    none,      // the route keeps nothing
    passed,    // the request is none that a kept answer is for
    missed,    // nothing is kept that fits
    invalid,   // something is, and must be validated: `entry`
    answered,  // by `entry`
    refreshed  // by `entry`, which is stale and to be fetched anew
  };
  Kind kind = Kind::none;
  bool fills = false;        // the service's answer may be kept
  bool waits = false;        // until another request has fetched the same
  bool uri_known = false;    // missed: something is kept, but for other values of Vary
  const char* why = "";      // a static sentence
  policy::CacheControl request;
  policy::CacheAsker asker;
  policy::CacheReuse reuse;  // of `entry`
  std::uint64_t hash = 0;    // of the exchange's cache_key
  std::shared_ptr<const policy::CacheEntry> entry;

  // What came of it.
  std::uint16_t forward_status = 0;  // of the service's answer; 0: it was not asked
  bool stored = false;               // that answer is kept
  bool collapsed = false;            // another request had fetched it
  bool sent = false;                 // `entry` is what the client gets
  bool failed = false;               // `entry` stands in for a failure

  std::string lines;                 // sent: of the form that it is sent in

  // The service is to be asked, and its answer or another's may be kept or used.
  bool fetches() const {
    return kind == Kind::missed || kind == Kind::invalid;
  }
  bool has_answer() const { return kind == Kind::answered || kind == Kind::refreshed; }
};

}  // namespace gateway::decision

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "shared/base/decider.h"
#include "shared/base/fields.h"
#include "shared/base/ip.h"
#include "shared/base/uuid.h"
#include "shared/decision/snapshot.h"
#include "shared/routing/router.h"

namespace gateway::decision {

// What is known of one request: data, no behaviour. The shell fills the first part, the pipeline
// the second. Views point into the connection's receive buffer or into this object; one object
// serves many requests in turn, so that its strings keep their memory.
struct Exchange {
  // As received.
  UnixMicros time = 0;
  IpAddress peer;
  std::string_view peer_text;
  bool secure = false;
  std::string_view method;
  std::string_view authority;  // host and port asked for; empty: none (HTTP/1.0)
  std::string_view raw_path;   // without the query; "*" for the asterisk form
  std::string_view query;
  bool has_query = false;
  const Fields* fields = nullptr;
  std::uint64_t content_length = 0;  // 0 also when the length is not known ahead

  // Decided.
  Uuid id;
  std::array<char, kUuidTextSize> id_text{};  // set_id() keeps the two alike
  bool peer_trusted = false;
  std::string_view client_text;
  std::string_view host;  // of `authority`: lower case, no port, no trailing dot
  std::string_view path;  // normal form, what routes see
  routing::RouteMatch match;
  const RoutePlan* route = nullptr;
  std::string_view upstream_path;  // what the upstream is asked for, without the query

  // Memory behind the views above.
  std::string client_memory;
  std::string host_memory;
  std::string path_memory;
  std::string rewrite_memory;
};

inline void set_id(Exchange& exchange, const Uuid& id) {
  exchange.id = id;
  format_uuid(id, exchange.id_text.data());
}

}  // namespace gateway::decision

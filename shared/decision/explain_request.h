#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/base/clock.h"
#include "shared/base/ip.h"

namespace gateway::decision {

// A request that nobody sends: what explain() is asked about. The texts are as a client would send
// them.
struct ExplainRequest {
  std::string method = "GET";
  bool secure = false;    // over TLS
  std::string authority;  // host and port; empty: none was named
  std::string path = "/";
  std::string query;  // without "?"
  bool has_query = false;
  std::vector<std::pair<std::string, std::string>> fields;  // in their order
  std::optional<std::string> body;  // none: there is one if the fields say so
  IpAddress client;                 // who connects
  UnixMicros time = 0;              // 0: now
  // Whom to take it for, without credentials; empty: whom its credentials name.
  std::string user;
  std::vector<std::string> roles;
  std::vector<std::string> scopes;
};

// Takes "https://host:port/path?query", "http://…" or "/path?query" apart; a fragment, which no
// client sends, goes. Null, or a static sentence on what is wrong with it.
const char* read_url(std::string_view url, ExplainRequest& request);

// Adds "Name: value"; Host names the authority as well. Null, or what is wrong with it.
const char* read_field(std::string_view text, ExplainRequest& request);

// What no client could send as one request, so that nothing is to be explained about it; null:
// nothing. read_url() and read_field() make no such request.
const char* fault_of(const ExplainRequest& request);

}  // namespace gateway::decision

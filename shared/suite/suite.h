#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/config/load.h"
#include "shared/decision/explain_request.h"

namespace gateway::suite {

// Bounds of a file of tests. What a person writes stays far below; a file of a stranger ends soon.
inline constexpr std::uint32_t kMaxRepeat = 100'000;      // requests of one test
inline constexpr std::uint64_t kMaxRequests = 1'000'000;  // of all tests of a file together

// A token that the test signs itself, with the secret of auth.jwt.
struct Token {
  std::string subject;
  std::vector<std::string> roles;
  std::vector<std::string> scopes;
  std::string issuer;    // empty: what the config asks for
  std::string audience;  // empty: the first that the config asks for
  milliseconds expires_in{};
  std::optional<UnixMicros> expires;      // in place of expires_in
  std::string signed_with;                // another secret; empty: the config's
  std::vector<config::NamedText> claims;  // others
};

// What has to come of a request, or of the last of several. What is not named may be anything.
struct Expectations {
  std::optional<config::Setting<std::string>> route;    // "": none
  std::optional<config::Setting<std::string>> service;  // "": the gateway answers itself
  std::optional<config::Setting<std::string>> path;     // as the service sees it
  std::optional<config::Setting<std::string>> query;    // the same, without "?"
  std::optional<config::Setting<std::int64_t>> status;
  std::optional<config::Setting<std::string>> decided_by;  // DeciderInfo::name
  std::vector<config::NamedText> headers;                  // of the answer; "*": any value
  std::vector<config::Setting<std::string>> no_headers;
  std::vector<config::NamedText> sent_headers;  // as the service gets them; "*": any value
  std::vector<config::Setting<std::string>> no_sent_headers;
  // Of all the requests: the first that a limit refuses, counted from 1; 0: none of them.
  std::optional<config::Setting<std::int64_t>> first_limited;
  std::optional<config::Setting<std::int64_t>> limited;  // how many of them
};

struct Test {
  std::string name;
  config::Place place;  // of [[test]]
  decision::ExplainRequest request;
  std::optional<Token> token;
  std::uint32_t repeat = 1;
  milliseconds every{};  // from one request to the next
  Expectations expect;
};

// A file of tests, read.
struct Suite {
  std::string config;  // the configuration under test, beside the file's folder; empty: not named
  std::vector<Test> tests;
};

struct Read {
  std::optional<Suite> suite;  // present exactly when there is no error
  config::Diagnostics diagnostics;
};

// Reads the file and nothing else. Reports every finding of one run, with its place and what was
// probably meant.
Read read(const std::string& path, const config::Environment& environment);

// The same for a text in memory. A relative `config` starts in the folder of `path`.
Read read_text(std::string path, std::string text, const config::Environment& environment);

}  // namespace gateway::suite

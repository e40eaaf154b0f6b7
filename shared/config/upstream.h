#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shared/base/clock.h"
#include "shared/config/setting.h"

namespace gateway::config {

// A certificate with its key, each a path.
struct CertificateFiles {
  Setting<std::string> certificate;
  Setting<std::string> key;
  Setting<std::string> ocsp_file;  // an OCSP answer in DER that is stapled; empty: none
};

// How a service's instances are spoken to over TLS.
struct ServiceTls {
  bool verify = true;
  Setting<std::string> ca_file;         // authorities that are trusted; empty: the system's
  std::string server_name;              // asked for and verified; empty: the URL's host
  std::optional<CertificateFiles> own;  // the certificate that the gateway shows
  Place place;
};

enum class Balance : std::uint8_t {
  round_robin,  // weights count: smooth weighted round robin
  least_connections,
  power_of_two,  // the less busy of two that chance picks
  hash,
};

// What a request is told apart by, for hashing and for sticky splits.
struct RequestKey {
  enum class Kind : std::uint8_t { none, client_ip, user, header, cookie };
  Kind kind = Kind::none;
  std::string name;  // of the header or the cookie
};

// Whose failure, or which one, leads to a further attempt.
struct RetryConditions {
  bool connect = false;
  bool reset = false;
  bool timeout = false;
  std::vector<std::uint16_t> statuses;
};

struct Retry {
  std::uint32_t attempts = 3;  // in all
  RetryConditions on;
  milliseconds backoff{};      // longest pause before the second attempt; doubles with each further
  bool any_method = false;     // also methods that are not idempotent
  std::uint32_t budget = 20;   // per cent of requests that may be tried again
  std::uint64_t max_body = 0;  // bytes of a body that are kept for it; longer: one attempt
};

struct Health {
  std::string path;
  std::string method;
  milliseconds every{};
  milliseconds timeout{};
  std::uint32_t healthy_after = 2;
  std::uint32_t unhealthy_after = 3;
  std::vector<std::string> statuses;  // "200-299", "404"
  std::string body;                   // text that the answer's body holds; empty: any
};

struct Breaker {
  enum class Per : std::uint8_t { service, instance };
  std::uint32_t failures = 5;   // in a row
  std::uint32_t successes = 2;  // in a row, while half open
  milliseconds open_for{};
  std::optional<std::uint32_t> rate;  // per cent of failures within the window
  milliseconds window{};
  std::uint32_t min_requests = 20;  // within the window, before the rate counts
  std::uint32_t probes = 1;         // at once, while half open
  Per per = Per::service;
  std::vector<std::uint16_t> statuses;  // answers that count as failures
};

// Requests that wait for a connection while max_connections are busy.
struct Queue {
  std::uint32_t size = 0;  // 0: none waits
  milliseconds timeout{};
};

// How a service's instances are chosen, watched and spared; part of Service.
struct UpstreamPolicies {
  Balance balance = Balance::round_robin;
  RequestKey hash_on;
  std::uint32_t hash_bound = 125;  // per cent of the average load that one instance may have
  milliseconds slow_start{};       // 0: an instance gets its full share at once
  milliseconds resolve{};
  std::uint32_t max_connections = 0;  // to each instance, over all workers
  Queue queue;
  milliseconds read_timeout{};          // silence within an answer's body
  std::optional<milliseconds> timeout;  // of the whole exchange
  std::optional<Retry> retry;
  std::optional<milliseconds> hedge_after;
  std::optional<Health> health;
  std::uint32_t passive_failures = 0;  // in live traffic, in a row; 0: traffic does not judge
  milliseconds passive_rest{};         // how long such an instance is left out
  bool try_all_when_none = false;      // false: 503 when no instance is healthy
  std::optional<Breaker> breaker;
};

// A share of a route's requests.
struct Share {
  Setting<std::string> service;
  std::uint32_t weight = 0;
};

// Copies of requests whose answers nobody sees.
struct Mirror {
  Setting<std::string> service;
  std::uint32_t percent = 100;
};

// Where a route's requests go and how long they may take; part of Route.
struct RouteUpstream {
  std::vector<Share> split;  // in place of `service`
  RequestKey sticky;         // who gets the same share again; none: chance
  std::optional<Mirror> mirror;
  std::optional<milliseconds> connect_timeout;
  std::optional<milliseconds> response_timeout;
  std::optional<milliseconds> read_timeout;
  std::optional<bool> retry_any_method;
  std::optional<std::uint32_t> retry_attempts;
};

}  // namespace gateway::config

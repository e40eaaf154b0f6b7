#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "gatewayd/acme/account_key.h"
#include "gatewayd/acme/challenges.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"

namespace gateway::acme {

// One request to the ACME server and its answer.
struct Call {
  std::string method;
  std::string url;
  std::string body;  // empty: none; else a JWS
};
struct Answer {
  unsigned status = 0;
  std::string body;
  std::vector<std::pair<std::string, std::string>> fields;
};

// What the client needs of the world; a test gives others.
struct World {
  // Asks; the error says why there is no answer. Blocks.
  std::function<Result<Answer, std::string>(const Call&)> ask;
  // Waits; false when it is to give up. Blocks.
  std::function<bool(milliseconds)> wait;
};

// What an authority certified.
struct Issued {
  std::string chain;  // PEM, leaf first
  std::string key;    // PEM
};

// One run of ACME (RFC 8555): an account, an order, a proof of each name over HTTP-01, a certificate.
// Every loop is bounded. One thread.
class Client {
 public:
  // `directory`: its URL. `contact`: URLs of whom the authority may write to.
  Client(const AccountKey& key, std::string directory, std::vector<std::string> contact,
         Challenges& challenges, World world);

  // Blocks for minutes at most. The error says which step failed and what the server said.
  Result<Issued, std::string> order(const std::vector<std::string>& names);

 private:
  struct Failure {
    std::string why;
  };
  struct Object;  // a JSON answer

  Object get_directory();
  std::string nonce();
  Answer post(const std::string& url, const std::string& payload);  // signed; "": POST-as-GET
  Object post_for_object(const char* step, const std::string& url, const std::string& payload);
  void use_account();
  void prove(const std::string& authorization);
  Object poll(const char* step, const std::string& url, const char* pending,
              const char* then_pending);
  void keep_nonce(const Answer& answer);

  const AccountKey& key_;
  const std::string directory_url_;
  const std::vector<std::string> contact_;
  Challenges& challenges_;
  World world_;
  std::string new_nonce_;
  std::string new_account_;
  std::string new_order_;
  std::string account_;  // the account's URL, once it is known
  std::string nonce_;    // unused; empty: none
};

}  // namespace gateway::acme

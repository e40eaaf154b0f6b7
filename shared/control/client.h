#pragma once

#include <chrono>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "shared/base/result.h"
#include "shared/control/queries.h"

namespace gateway::control {

inline constexpr char kDefaultSocket[] = "/run/gatewayd/control.sock";

struct ClientError {
  bool unreachable = false;  // no daemon answered; otherwise it answered, but not with success
  std::string message;       // what, where, why, what to do next
};

// Calls the control API of the gatewayd that listens on a Unix socket. Blocks; one connection a
// call; any thread.
class Client {
 public:
  // `patience`: how long to wait for the daemon, for who would rather go without an answer; none:
  // as long as the call may take.
  explicit Client(std::string socket_path,
                  std::optional<std::chrono::milliseconds> patience = std::nullopt);

  // The JSON body of a 200.
  Result<nlohmann::json, ClientError> get(const std::string& path, const Params& params = {}) const;
  // The body of a 200 as it is: metrics.
  Result<std::string, ClientError> get_text(const std::string& path) const;
  // Waits for the answer for as long as a reload may take. The parameters go as a query.
  Result<nlohmann::json, ClientError> post(const std::string& path,
                                           const Params& params = {}) const;
  // The same with a body. Text in it that is no UTF-8 is replaced.
  Result<nlohmann::json, ClientError> post_json(const std::string& path,
                                                const nlohmann::json& body) const;

 private:
  std::string socket_path_;
  std::optional<std::chrono::milliseconds> patience_;
};

}  // namespace gateway::control

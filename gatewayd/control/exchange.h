#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "gatewayd/control/answer.h"
#include "gatewayd/control/call.h"

namespace gateway::control {

// Speaks HTTP/1.1 for one call over a connected descriptor; the protocol itself is cpp-httplib's.
// One object for all threads.
class Exchange {
 public:
  using Respond = std::function<Answer(const Call&)>;
  // `respond` is called from every thread that runs an exchange. What it throws becomes a 500.
  explicit Exchange(Respond respond);
  ~Exchange();

  // Answers the call whose first bytes are `received` (HeadGate::take) and says Connection: close.
  // Reads and writes `fd` for at most `budget` in all and leaves closing it to the caller. Returns
  // whether the peer announced a body, as the rest of one may still be under way: only explain's is
  // read.
  bool run(int fd, std::string received, const std::string& peer,
           std::chrono::milliseconds budget) const;

 private:
  class Http;
  std::unique_ptr<Http> http_;
};

}  // namespace gateway::control

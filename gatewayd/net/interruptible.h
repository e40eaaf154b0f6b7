#pragma once

namespace gateway::net {

// A wait that someone else may end: a client leaves, the worker stops.
class Interruptible {
 public:
  virtual ~Interruptible() = default;
  // Ends the waits that are there, and those to come, with Wait::interrupted.
  virtual void interrupt() = 0;
};

}  // namespace gateway::net

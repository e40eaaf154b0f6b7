#pragma once

#include <memory>
#include <string>
#include <unordered_map>

namespace gateway::proxy {

// What a listener does with a new connection before it serves it. Immutable; a connection keeps the
// one it came through, so that a reload changes nothing for it.
struct Door {
  bool http2 = false;
};

// By the listener's name.
using Doors = std::unordered_map<std::string, std::shared_ptr<const Door>>;

}  // namespace gateway::proxy

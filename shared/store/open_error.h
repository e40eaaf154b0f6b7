#pragma once

#include <string>

namespace gateway::store {

// Why a database file cannot be used: what, where, why, what to do next.
struct OpenError {
  std::string message;
  bool newer_schema = false;  // made by a newer gatewayd
};

}  // namespace gateway::store

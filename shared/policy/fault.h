#pragma once

#include <cstddef>
#include <string>

#include "shared/config/setting.h"

namespace gateway::policy {

// What is wrong with a part of the config, as a person is told.
struct Fault {
  config::Place place;     // of the pair or the value
  std::size_t offset = 0;  // bytes into the value, where that can be told
  std::string message;     // what is wrong; begins in lower case, no full stop
  std::string hint;        // what was expected; may be empty
};

}  // namespace gateway::policy

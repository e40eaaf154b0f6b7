#pragma once

#include <cstdint>
#include <string_view>

#include "shared/base/clock.h"
#include "shared/base/decider.h"
#include "shared/base/uuid.h"

namespace gateway::store {

// One request as it is written. The views must live until Writer::append returns. Numbers of names
// are those given to Writer::add_name; 0 stands for none.
struct RequestRow {
  Uuid id;
  UnixMicros time = 0;  // start of the request
  std::string_view method;
  std::string_view host;
  std::string_view path;
  std::string_view query;  // already masked
  std::string_view client;
  std::string_view user;
  std::uint32_t route = 0;
  std::uint32_t service = 0;
  std::uint32_t instance = 0;
  std::uint16_t status = 0;
  Decider decider = Decider::upstream;
  std::uint8_t retries = 0;
  std::uint32_t revision = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint32_t total_us = 0;
  std::uint32_t upstream_us = 0;
};

// 1 to 5 for 1xx to 5xx, 0 for what is no HTTP status.
constexpr std::uint8_t status_class(std::uint16_t status) {
  return status >= 100 && status < 600 ? static_cast<std::uint8_t>(status / 100) : std::uint8_t{0};
}

}  // namespace gateway::store

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/config/upstream.h"

namespace gateway::policy {

// What an answer to a health check must be. Immutable, any thread.
class HealthAnswer {
 public:
  // The config's checks have passed its ranges; one that is none matches nothing.
  explicit HealthAnswer(const config::Health& health);

  bool status_is_well(std::uint16_t status) const;
  // Whether the body matters, and is to be given to body_is_well.
  bool wants_body() const { return !body_.empty(); }
  bool body_is_well(std::string_view body) const {
    return body.find(body_) != std::string_view::npos;
  }

  bool operator==(const HealthAnswer&) const = default;

 private:
  std::vector<std::pair<std::uint16_t, std::uint16_t>> statuses_;  // first and last
  std::string body_;
};

}  // namespace gateway::policy

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "shared/base/result.h"

namespace gateway::config {

// What a listener binds to.
struct Address {
  std::string host;  // an IP address without brackets
  std::uint16_t port = 0;
};

// Why a text is not what it should be, as a hint beside the caret.
struct Refusal {
  std::string hint;
};

// "127.0.0.1:8000" or "[::1]:8000"; port 0 lets the kernel choose.
Result<Address, Refusal> parse_address(std::string_view text);

// A URL of an upstream instance or of a key set.
struct Url {
  bool tls = false;
  std::string host;  // an IP address without brackets, or a name
  std::uint16_t port = 80;
  std::string_view path;  // from the first slash on, with a query; views the text
};

// http or https, a host and an optional port (RFC 3986 §3.2); refuses credentials and fragments.
Result<Url, Refusal> parse_url(std::string_view text);

// "http://host:port" or "https://…", and nothing after it but one slash.
Result<Url, Refusal> parse_origin(std::string_view text);

// The network that a CIDR with stray host bits most likely means: "10.0.0.0/8" for "10.1.0.0/8".
std::optional<std::string> clear_host_bits(std::string_view cidr);

}  // namespace gateway::config

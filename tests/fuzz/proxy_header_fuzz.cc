// PROXY headers from anywhere: a header is never longer than its bound, what is behind it makes no
// difference, and every shorter part of a complete one is incomplete.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "gatewayd/net/proxy_header.h"

namespace {

using gateway::net::kMaxProxyHeader;
using gateway::net::parse_proxy_header;
using gateway::net::ProxyHeader;
using State = ProxyHeader::State;

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  const ProxyHeader header = parse_proxy_header(input);
  if (header.state == State::incomplete) require(size < kMaxProxyHeader);
  if (header.state != State::complete) return 0;
  require(header.size <= size && header.size <= kMaxProxyHeader);
  const std::string_view alone = std::string_view(input).substr(0, header.size);
  require(parse_proxy_header(alone).source == header.source);
  require(parse_proxy_header(input + "more").size == header.size);
  for (std::size_t part = 0; part < header.size; part += 1 + part / 8) {
    require(parse_proxy_header(alone.substr(0, part)).state == State::incomplete);
  }
  return 0;
}

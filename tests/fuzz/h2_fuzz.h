#pragma once

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "gatewayd/http/body.h"
#include "gatewayd/http/h2_session.h"

// What the fuzz targets of both ends of HTTP/2 share.
namespace h2_fuzz {

using namespace gateway;
using namespace gateway::http;

constexpr std::size_t kMostOutput = 1 << 20;  // of a session that is given no input

inline void require(bool holds) {
  if (!holds) std::abort();
}

inline void send(H2Stream& stream, std::string_view text) {
  const iovec part{const_cast<char*>(text.data()), text.size()};
  stream.send(&part, 1);
}

// Takes what waits to be sent; returns how much it was.
inline std::size_t drain(H2Session& session) {
  std::size_t made = 0;
  for (std::string_view out = session.produce(); !out.empty(); out = session.produce()) {
    made += out.size();
  }
  return made;
}

// What follows a head is content that the decoder takes, or refuses for a reason of chunks.
template <class Head>
void read_body(const Head& head, net::Buffer& input) {
  BodyReader body(head.framing, head.content_length, UINT64_MAX);
  for (;;) {
    const BodyReader::Step step = body.take(input);
    require(step.state != BodyReader::State::malformed || !body.trailers().empty() ||
            head.framing == Framing::chunked);
    if (step.state != BodyReader::State::data) break;
  }
}

}  // namespace h2_fuzz

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "gatewayd/net/buffer_pool.h"
#include "gatewayd/net/endpoint.h"
#include "gatewayd/net/stream.h"
#include "gatewayd/net/task.h"
#include "gatewayd/net/tls_client.h"

namespace gateway::proxy {

// A request of the gateway's own: a health check, a question about a token.
struct OwnRequest {
  std::string text;      // head and body as HTTP/1 has them, whatever is spoken
  bool to_head = false;  // its method is HEAD
  bool http2 = false;    // what is spoken
  net::Endpoint endpoint;
  std::shared_ptr<net::TlsPeer> tls;  // null: plain
  milliseconds timeout{};             // of the whole exchange
  std::size_t max_body = 0;           // bytes of the answer's body that are read and kept
  // Whether the body of an answer with this status is read; empty: of all.
  std::function<bool(std::uint16_t)> wants_body;
};

struct OwnAnswer {
  // What went wrong, in words that live for ever; null: nothing.
  const char* fault = nullptr;
  std::uint16_t status = 0;  // 0: no head came
  std::string body;
  bool whole = false;  // the body has come to its end
};

// The fault when nothing can be said of the peer: it was broken off, or this machine lacks what it
// takes.
inline constexpr char kBrokenOff[] = "";

// Bytes of an answer's head.
inline constexpr std::size_t kMaxOwnHead = net::kBufferSize;

// Asks over a connection of its own, which is closed afterwards. `stream` is where the connection
// stands meanwhile: interrupting it breaks the exchange off. On the loop's thread; the references
// must outlive the task.
net::Task<OwnAnswer> exchange_own(net::Loop& loop, net::BufferPool& buffers,
                                  const OwnRequest& request, std::unique_ptr<net::Stream>& stream);

}  // namespace gateway::proxy

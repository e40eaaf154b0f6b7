#pragma once

#include <nghttp2/nghttp2.h>

namespace gateway::http {

// Where nghttp2's sessions have their memory from: the thread's net::FramePool, since every stream
// takes some dozen small pieces and gives them back. For the sessions of any thread; null under
// AddressSanitizer, which is to see each piece.
nghttp2_mem* h2_memory();

}  // namespace gateway::http

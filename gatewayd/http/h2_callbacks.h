#pragma once

#include <nghttp2/nghttp2.h>

namespace gateway::http {

class H2Stream;

// What nghttp2 calls, for all sessions; its user data is the H2Session. They take notes and submit
// frames; nothing else runs within them.
const nghttp2_session_callbacks* h2_callbacks();

// The content of `stream`, as nghttp2 pulls it.
nghttp2_data_provider h2_body(H2Stream& stream);

}  // namespace gateway::http

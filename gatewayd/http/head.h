#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "shared/base/decider.h"
#include "shared/base/fields.h"
#include "shared/base/result.h"

namespace gateway::http {

// How long a message's body is (RFC 9112 §6.3).
enum class Framing : std::uint8_t { none, length, chunked, until_close };

// A parsed request head. The views point into the receive buffer.
struct RequestHead {
  std::string_view method;
  std::string_view target;     // as received
  std::string_view authority;  // of the absolute form, else of Host; may be empty (HTTP/1.0)
  std::string_view path;       // of the origin or absolute form, "*" for the asterisk form
  std::string_view query;      // without "?"
  bool has_query = false;
  std::uint8_t minor = 1;  // HTTP/1.minor, 0 or 1
  Fields fields;
  Framing framing = Framing::none;
  std::uint64_t content_length = 0;
  bool keep_alive = true;  // the client allows another request on this connection
  bool expect_continue = false;
  bool accepts_trailers = false;  // TE: trailers
  std::string_view upgrade;       // protocols asked for; empty unless Connection names it
};

// A parsed response head of an upstream.
struct ResponseHead {
  std::uint16_t status = 0;
  std::string_view status_line_rest;  // "200 OK", as received after the version
  std::uint8_t minor = 1;
  Fields fields;
  Framing framing = Framing::none;
  bool has_content_length = false;  // also of a HEAD or 304 answer, which has no body
  std::uint64_t content_length = 0;
  bool keep_alive = true;
};

// Bounds of one head. Sizes in bytes.
struct HeadLimits {
  std::size_t max_size = 32 * 1024;  // from the first byte to the empty line's last
  std::size_t max_target = 8 * 1024;
  std::size_t max_fields = 100;
};

// Looks for the end of a head while it comes in; each byte is looked at once.
class HeadScanner {
 public:
  enum class State : std::uint8_t { incomplete, complete, malformed };

  // `received`: all bytes of the head so far. When complete, size() tells where it ends.
  // Malformed: a line that does not end in CRLF. Not to be called again after either.
  State scan(std::string_view received);
  std::size_t size() const { return at_; }

 private:
  std::size_t at_ = 0;    // bytes already looked at
  std::size_t line_ = 0;  // where the current line starts
};

// What was wrong with a head: whose answer it makes, and a static sentence for it.
struct HeadError {
  Decider decider = Decider::bad_request;
  const char* detail = "";
};

// Parses a whole head, its empty line included. Strict: what two readers could take in two ways is
// refused (RFC 9112 §2.2, §3, §5, §6). `out` keeps its field array from head to head.
std::optional<HeadError> parse_request_head(std::string_view head, const HeadLimits& limits,
                                            RequestHead& out);

// The same for an upstream's answer to a request; `to_head`: the request's method was HEAD. Any
// error means Decider::upstream_malformed.
std::optional<HeadError> parse_response_head(std::string_view head, const HeadLimits& limits,
                                             bool to_head, ResponseHead& out);

}  // namespace gateway::http

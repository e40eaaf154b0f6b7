#include "gatewayd/http/h2_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "gatewayd/http/h2_session.h"
#include "gatewayd/http/websocket_key.h"
#include "shared/base/ascii.h"

namespace gateway::http {
namespace {

using net::Io;
using net::IoResult;

// Heads that this side wrote itself, or has read strictly before.
constexpr HeadLimits kOwnHead{SIZE_MAX, SIZE_MAX, SIZE_MAX};

}  // namespace

H2Stream::H2Stream(H2Session& session, net::Loop& loop, net::BufferPool& buffers)
    : Stream(loop), session_(session), input_(buffers), output_(buffers) {}

IoResult H2Stream::recv(net::Buffer& into) {
  if (input_.empty()) {
    if (input_ended_) return {Io::closed, 0};
    if (gone_) return {Io::failed, 0};
    set_unreadable();
    return {Io::would_block, 0};
  }
  std::size_t taken = input_.size();
  if (into.empty()) {
    into.swap(input_);
    input_.release();
  } else {
    taken = std::min(taken, into.free_size());
    std::memcpy(into.free_data(), input_.data(), taken);
    into.commit(taken);
    input_.consume(taken);
  }
  if (input_.empty()) {
    session_.consume(*this);
    if (!input_ended_ && !gone_) set_unreadable();
  }
  return {Io::done, taken};
}

void H2Stream::receive(std::string_view data) {
  unconsumed_ += data.size();
  if (!input_chunked_) {
    input_.append(data);
    return;
  }
  char line[20];
  const auto end = fmt::format_to(line, "{:x}\r\n", data.size());
  input_.append({line, static_cast<std::size_t>(end - line)});
  input_.append(data);
  input_.append("\r\n");
}

void H2Stream::end_input(std::string_view trailers) {
  if (input_ended_) return;
  input_ended_ = true;
  if (!input_chunked_) return;
  input_.append("0\r\n");
  if (!trailers.empty()) input_.append(trailers);
  input_.append("\r\n");
}

IoResult H2Stream::send(const iovec* parts, std::size_t count) {
  if (gone_ || closed_) return {Io::failed, 0};
  std::size_t sent = 0;
  bool blocked = false;
  for (std::size_t i = 0; i < count && !blocked; ++i) {
    std::string_view piece(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
    while (!piece.empty() && !blocked) {
      blocked = phase_ != Phase::head && !has_room();
      if (blocked) break;
      const auto taken = phase_ == Phase::head ? take_head(piece) : take_body(piece);
      if (!taken) {
        break_off();
        return {Io::failed, sent};
      }
      piece.remove_prefix(*taken);
      sent += *taken;
    }
  }
  session_.submit(*this);
  if (!blocked) return {Io::done, sent};
  set_unwritable();
  return {sent > 0 ? Io::done : Io::would_block, sent};
}

// Nothing will come of it: whoever is going to wait for an answer need not.
void H2Stream::break_off() {
  gone_ = true;
  set_readable();
}

void H2Stream::shutdown_write() {
  if (gone_ || closed_ || phase_ != Phase::raw) return;
  phase_ = Phase::done;
  session_.submit(*this);
}

// A head comes whole: nobody sends less of one.
std::optional<std::size_t> H2Stream::take_head(std::string_view piece) {
  HeadScanner scanner;
  if (scanner.scan(piece) != HeadScanner::State::complete) return std::nullopt;
  const std::string_view head = piece.substr(0, scanner.size());
  const bool read = session_.is_server() ? read_answer(head) : read_request(head);
  if (!read) return std::nullopt;
  head_taken_ = true;
  // Of two heads in a row the first leaves before the second is read in its place.
  if (interim_) session_.submit(*this);
  return head.size();
}

void H2Stream::begin_body(Framing framing, std::uint64_t length) {
  left_ = length;
  phase_ = framing == Framing::none      ? Phase::done
           : framing == Framing::length  ? Phase::length
           : framing == Framing::chunked ? Phase::chunked
                                         : Phase::raw;
}

bool H2Stream::read_answer(std::string_view head) {
  ResponseHead& response = session_.response_;
  if (parse_response_head(head, kOwnHead, to_head_, response)) return false;
  H2FieldList& fields = session_.fields_;
  fields.clear();
  const bool switches = response.status == 101;
  if (switches && !tunnel_) return false;
  interim_ = response.status < 200 && !switches;
  fields.add(":status",
             switches ? std::string_view("200") : response.status_line_rest.substr(0, 3));
  for (const Field& field : response.fields) {
    // The key's answer is HTTP/1's own (RFC 8441 §5).
    if (switches && ascii_iequals(field.name, "sec-websocket-accept")) continue;
    fields.add(field);
  }
  if (switches) {
    phase_ = Phase::raw;
  } else if (!interim_) {
    begin_body(response.framing, response.content_length);
  }
  return true;
}

bool H2Stream::read_request(std::string_view head) {
  RequestHead& request = session_.request_;
  if (parse_request_head(head, kOwnHead, request)) return false;
  tunnel_ = !request.upgrade.empty();
  if (tunnel_ && !(ascii_iequals(request.upgrade, "websocket") && session_.takes_tunnels())) {
    return false;
  }
  H2FieldList& fields = session_.fields_;
  fields.clear();
  fields.add(":method", tunnel_ ? std::string_view("CONNECT") : request.method);
  if (tunnel_) fields.add(":protocol", "websocket");
  fields.add(":scheme", session_.is_secure() ? "https" : "http");
  fields.add(":authority", request.authority);
  fields.add(":path", request.target);
  for (const Field& field : request.fields) {
    if (tunnel_ && ascii_iequals(field.name, "sec-websocket-key")) {
      accept_ = websocket_accept(field.value);
    } else if (field.id != FieldId::host) {
      fields.add(field);
    }
  }
  to_head_ = request.method == "HEAD";
  begin_body(tunnel_ ? Framing::until_close : request.framing, request.content_length);
  return true;
}

std::optional<std::size_t> H2Stream::take_body(std::string_view piece) {
  switch (phase_) {
    case Phase::raw:
    case Phase::length: {
      std::size_t size = std::min(piece.size(), kMaxOutput - output_.size());
      if (phase_ == Phase::length) size = std::min<std::uint64_t>(size, left_);
      output_.append(piece.substr(0, size));
      if (phase_ == Phase::length && (left_ -= size) == 0) phase_ = Phase::done;
      return size;
    }
    case Phase::chunked:
      return take_chunks(piece);
    default:
      return std::nullopt;  // more than the head said
  }
}

// Of chunks, a piece may end within the trailers, whose rest then comes with the next.
std::optional<std::size_t> H2Stream::take_chunks(std::string_view piece) {
  const bool joins = !partial_.empty();
  if (joins) partial_.append(piece);
  std::string_view rest = joins ? std::string_view(partial_) : piece;
  for (bool more = true; more && phase_ == Phase::chunked;) {
    const ChunkedDecoder::Step step = chunks_.next(rest);
    if (step.state == ChunkedDecoder::State::malformed) return std::nullopt;
    if (step.state == ChunkedDecoder::State::data) output_.append(step.data);
    if (step.state == ChunkedDecoder::State::end) {
      trailers_ = chunks_.trailers();
      phase_ = Phase::done;
    }
    rest.remove_prefix(step.used);
    more = step.used > 0 && !rest.empty();
  }
  if (phase_ == Phase::done && !rest.empty()) return std::nullopt;
  partial_ = std::string(rest);
  if (partial_.size() > 2 * kMaxTrailers) return std::nullopt;
  return piece.size();
}

bool H2Stream::produce(char* to, std::size_t room, std::size_t& moved, bool& ends) {
  moved = std::min(room, output_.size());
  if (moved > 0) {
    std::memcpy(to, output_.data(), moved);
    output_.consume(moved);
  }
  if (output_.empty()) output_.release();
  ends = phase_ == Phase::done && output_.empty();
  if (!is_writable() && output_.size() <= kMaxOutput / 2) session_.stir(*this, EPOLLOUT);
  return moved > 0 || ends;
}

// The peer takes nothing any more of what is left.
void H2Stream::Linger::expired() {
  stream_.session_.give_up(stream_);
}

}  // namespace gateway::http

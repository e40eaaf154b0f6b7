#include "gatewayd/http/h2_session.h"

#include <sys/epoll.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "gatewayd/http/field_lines.h"
#include "gatewayd/http/h2_callbacks.h"
#include "gatewayd/http/h2_memory.h"

namespace gateway::http {
namespace {

// Of fields that are decoded and not kept: a few octets may stand for kilobytes each (HPACK bomb).
constexpr std::size_t kMostDecoded = 8;  // times the longest head

// nghttp2 ends the connection of a peer that opens more streams than it was told of, where
// resetting the one that is too many would do (RFC 9113 §5.1.2). So nghttp2 itself takes some more.
constexpr std::uint32_t kSlack = 2;  // times the streams that the peer is told of

// What an answer is worth to the peer in control frames that go with it: acknowledgements, windows.
constexpr std::uint32_t kEarned = 4;

struct OptionDeleter {
  void operator()(nghttp2_option* option) const { ::nghttp2_option_del(option); }
};

std::unique_ptr<nghttp2_option, OptionDeleter> make_options() {
  nghttp2_option* option = nullptr;
  if (::nghttp2_option_new(&option) != 0) throw std::bad_alloc();
  ::nghttp2_option_set_no_auto_window_update(option, 1);  // bodies are pulled
  ::nghttp2_option_set_no_closed_streams(option, 1);
  // Counted here, where the bound has a name.
  ::nghttp2_option_set_stream_reset_rate_limit(option, UINT64_MAX, UINT64_MAX);
  return std::unique_ptr<nghttp2_option, OptionDeleter>(option);
}

// Has a SETTINGS frame say `most` as MAX_CONCURRENT_STREAMS (RFC 9113 §6.5).
void state_max_streams(std::string& frame, std::uint32_t most) {
  constexpr std::size_t kHead = 9;
  constexpr std::size_t kEntry = 6;
  const std::size_t length = static_cast<unsigned char>(frame[2]);  // of a few entries
  for (std::size_t at = kHead; at + kEntry <= kHead + length; at += kEntry) {
    if (frame[at] != 0 || frame[at + 1] != NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS) continue;
    for (std::size_t i = 0; i < 4; ++i) {
      frame[at + 2 + i] = static_cast<char>(most >> (24 - 8 * i) & 0xff);
    }
  }
}

std::uint32_t code_of(int error) {
  switch (error) {
    case NGHTTP2_ERR_FLOODED:
    case NGHTTP2_ERR_TOO_MANY_CONTINUATIONS:
      return NGHTTP2_ENHANCE_YOUR_CALM;
    case NGHTTP2_ERR_BAD_CLIENT_MAGIC:
      return NGHTTP2_PROTOCOL_ERROR;
    default:
      return NGHTTP2_INTERNAL_ERROR;
  }
}

}  // namespace

H2Session::H2Session(Role role, const H2Limits& limits, bool secure, net::Loop& loop,
                     net::BufferPool& buffers)
    : role_(role),
      limits_(limits),
      secure_(secure),
      loop_(loop),
      buffers_(buffers),
      resets_(limits.max_resets, loop.now()),
      control_frames_(limits.max_control_frames, loop.now()),
      idle_since_(loop.now()) {
  const auto options = make_options();
  const auto make = is_server() ? ::nghttp2_session_server_new3 : ::nghttp2_session_client_new3;
  const int made = make(&session_, h2_callbacks(), this, options.get(), h2_memory());
  if (made != 0) throw std::bad_alloc();
  std::vector<nghttp2_settings_entry> settings = {
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, limits.stream_window},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(limits.max_header_size)},
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1}};
  if (is_server()) {
    settings.push_back({NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, kSlack * limits.max_streams});
    settings.push_back({NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 1});
  } else {
    settings.push_back({NGHTTP2_SETTINGS_ENABLE_PUSH, 0});
  }
  ::nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
  ::nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0,
                                          static_cast<std::int32_t>(limits.connection_window));
}

H2Session::~H2Session() {
  ::nghttp2_session_del(session_);
}

// Streams

H2Stream* H2Session::find(std::int32_t id) const {
  return static_cast<H2Stream*>(::nghttp2_session_get_stream_user_data(session_, id));
}

H2Stream& H2Session::add_stream() {
  streams_.push_back(std::make_unique<H2Stream>(*this, loop_, buffers_));
  streams_.back()->index_ = streams_.size() - 1;
  return *streams_.back();
}

void H2Session::remove(H2Stream& stream) {
  if (stream.events_ != 0) {
    *std::find(stirred_.begin(), stirred_.end(), &stream) = nullptr;
  }
  const std::size_t at = stream.index_;
  streams_.back()->index_ = at;
  std::swap(streams_[at], streams_.back());
  streams_.pop_back();
  if (!streams_.empty()) return;
  idle_since_ = loop_.now();
  if (drained_) loop_.resume_later(std::exchange(drained_, nullptr));
  if (shutdown_ == Shutdown::done) wake_output();
}

H2Stream* H2Session::accept() {
  while (next_fresh_ < fresh_.size()) {
    H2Stream* stream = fresh_[next_fresh_++];
    if (stream == nullptr) continue;
    stream->accepted_ = true;
    return stream;
  }
  fresh_.clear();
  next_fresh_ = 0;
  return nullptr;
}

bool H2Session::has_room() const {
  const std::uint32_t most =
      ::nghttp2_session_get_remote_settings(session_, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS);
  return shutdown_ == Shutdown::no && !deaf_ && !broken_ &&
         streams_.size() < std::min(most, limits_.max_streams) &&
         ::nghttp2_session_check_request_allowed(session_) != 0;
}

// Extended CONNECT, which a server has to allow (RFC 8441 §3).
bool H2Session::takes_tunnels() const {
  return ::nghttp2_session_get_remote_settings(session_,
                                               NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL) == 1;
}

H2Stream* H2Session::open() {
  if (!has_room()) return nullptr;
  H2Stream& stream = add_stream();
  stream.accepted_ = true;
  return &stream;
}

void H2Session::release(H2Stream& stream) {
  stream.released_ = true;
  stream.input_.release();
  consume(stream);
  const bool unborn = stream.id_ < 0;  // a request that was never sent
  if (stream.closed_ || unborn || broken_) return remove(stream);
  const bool whole = stream.submitted_ && stream.phase_ == H2Stream::Phase::done;
  if (!is_server()) {
    reset(stream.id_, NGHTTP2_CANCEL);
  } else if (!whole) {
    const bool broken_off = stream.submitted_ && !stream.tunnel_;
    reset(stream.id_, broken_off ? NGHTTP2_INTERNAL_ERROR : NGHTTP2_CANCEL);
  } else if (stream.end_sent_) {
    reset(stream.id_, NGHTTP2_NO_ERROR);  // the rest of the request is not wanted
  } else {
    loop_.timers().arm(stream.linger_, loop_.now() + limits_.send_timeout);
  }
}

void H2Session::give_up(H2Stream& stream) {
  reset(stream.id_, NGHTTP2_CANCEL);
}

void H2Session::reset(std::int32_t id, std::uint32_t code) {
  ::nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, code);
  wake_output();
}

void H2Session::stir(H2Stream& stream, std::uint32_t events) {
  if (stream.events_ == 0) stirred_.push_back(&stream);
  stream.events_ |= events;
}

void H2Session::dispatch() {
  for (std::size_t i = 0; i < stirred_.size(); ++i) {
    H2Stream* stream = std::exchange(stirred_[i], nullptr);
    if (stream != nullptr) stream->ready(std::exchange(stream->events_, 0));
  }
  stirred_.clear();
}

// What was received has been taken: the peer may send as much again.
void H2Session::consume(H2Stream& stream) {
  const std::size_t size = std::exchange(stream.unconsumed_, 0);
  if (size == 0 || broken_) return;
  if (stream.closed_) {
    ::nghttp2_session_consume_connection(session_, size);
  } else {
    ::nghttp2_session_consume(session_, stream.id_, size);
  }
  wake_output();
}

// What comes in

void H2Session::receive(std::string_view bytes) {
  if (deaf_ || broken_) return;
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  const auto read = ::nghttp2_session_mem_recv(session_, data, bytes.size());
  if (read < 0 && !deaf_) terminate(code_of(static_cast<int>(read)));
  wake_output();
}

void H2Session::terminate(std::uint32_t code) {
  deaf_ = true;
  error_ = code;
  ::nghttp2_session_terminate_session(session_, code);
  wake_output();
}

// Frames that cost the peer next to nothing, and this side some work each.
void H2Session::frame_begins(std::uint8_t type, std::uint8_t flags, std::size_t length) {
  if (type != NGHTTP2_CONTINUATION) within_head_ = false;
  bool allowed = true;
  switch (type) {
    case NGHTTP2_DATA: {
      const bool carries = length > 0 || (flags & NGHTTP2_FLAG_END_STREAM) != 0;
      allowed = carries || control_frames_.take(loop_.now());
      break;
    }
    case NGHTTP2_HEADERS:
      break;
    case NGHTTP2_RST_STREAM:
      allowed = resets_.take(loop_.now());
      break;
    default:
      allowed = control_frames_.take(loop_.now());
  }
  if (!allowed) terminate(NGHTTP2_ENHANCE_YOUR_CALM);
}

// False: the stream is refused.
bool H2Session::head_begins(std::int32_t id, bool is_first) {
  using Kind = H2HeadReader::Kind;
  H2Stream* stream = find(id);
  if (is_server() && is_first) {
    // Streams that were reset count, if not as much, until whoever served them has let go.
    if (open_ >= limits_.max_streams || streams_.size() >= std::size_t{2} * limits_.max_streams) {
      reset(id, NGHTTP2_REFUSED_STREAM);
      return false;
    }
    stream = &add_stream();
    ++open_;
    stream->id_ = id;
    ::nghttp2_session_set_stream_user_data(session_, id, stream);
  }
  if (stream == nullptr) return false;
  within_head_ = true;
  head_since_ = loop_.now();
  const bool trailers = stream->head_ != H2Stream::Head::awaited;
  const Kind kind = trailers ? Kind::trailers : is_server() ? Kind::request : Kind::response;
  head_.begin(kind, trailers ? kMaxTrailers : limits_.max_header_size);
  return true;
}

void H2Session::field_decoded(std::string_view name, std::string_view value) {
  head_.add(name, value);
  if (head_.size() / kMostDecoded > limits_.max_header_size) terminate(NGHTTP2_ENHANCE_YOUR_CALM);
}

void H2Session::head_ends(std::int32_t id, bool ends) {
  within_head_ = false;
  H2Stream* stream = find(id);
  if (stream == nullptr || stream->released_ || deaf_) return;
  if (stream->head_ == H2Stream::Head::awaited) {
    return is_server() ? request_received(*stream, ends) : answer_received(*stream, ends);
  }
  head_text_.clear();
  if (!head_.write_trailers(head_text_)) return reset(id, NGHTTP2_PROTOCOL_ERROR);
  stream->end_input(head_text_);
  stir(*stream, EPOLLIN);
}

void H2Session::request_received(H2Stream& stream, bool ends) {
  using Head = H2Stream::Head;
  head_text_.clear();
  const bool well = head_.write_request(!ends, head_text_);
  stream.head_ = head_.too_large() ? Head::too_large : well ? Head::whole : Head::malformed;
  stream.to_head_ = well && head_.method() == "HEAD";
  stream.tunnel_ = head_.asks_for_tunnel();
  if (stream.head_ == Head::whole) {
    stream.head_size_ = head_text_.size();
    stream.input_.append(head_text_);
    stream.input_chunked_ = !ends && !stream.tunnel_ && !head_.has_length();
  }
  stream.input_ended_ = ends;
  fresh_.push_back(&stream);
  stir(stream, EPOLLIN);
}

void H2Session::answer_received(H2Stream& stream, bool ends) {
  head_text_.clear();
  const bool switches = stream.tunnel_ && head_.status() / 100 == 2;
  const bool well =
      !head_.too_large() && (switches ? head_.write_switch(stream.accept_, head_text_)
                                      : head_.write_response(!ends, stream.to_head_, head_text_));
  if (!well) return reset(stream.id_, NGHTTP2_PROTOCOL_ERROR);
  stream.input_.append(head_text_);
  stir(stream, EPOLLIN);
  if (head_.status() < 200) return;
  stream.head_ = H2Stream::Head::whole;
  const bool none = stream.to_head_ || head_.status() == 204 || head_.status() == 304;
  stream.input_chunked_ = !none && !switches && !head_.has_length();
  if (ends) stream.end_input({});
}

void H2Session::data_received(std::int32_t id, std::string_view data) {
  H2Stream* stream = find(id);
  if (stream == nullptr || stream->released_) {
    ::nghttp2_session_consume(session_, id, data.size());
    return;
  }
  stream->receive(data);
  stir(*stream, EPOLLIN);
}

void H2Session::input_ends(std::int32_t id) {
  H2Stream* stream = find(id);
  if (stream == nullptr || stream->released_) return;
  stream->end_input({});
  stir(*stream, EPOLLIN);
}

void H2Session::frame_left(std::int32_t id, bool ends) {
  control_frames_.earn(kEarned);
  H2Stream* stream = ends ? find(id) : nullptr;
  if (stream == nullptr) return;
  stream->end_sent_ = true;
  if (is_server() && stream->released_ && !stream->input_ended_) reset(id, NGHTTP2_NO_ERROR);
}

// A peer that has its streams reset for faults of its own costs as much as one that resets them.
void H2Session::reset_left(std::uint32_t code) {
  const bool our_own =
      code == NGHTTP2_NO_ERROR || code == NGHTTP2_CANCEL || code == NGHTTP2_INTERNAL_ERROR;
  if (!our_own && !deaf_ && !resets_.take(loop_.now())) terminate(NGHTTP2_ENHANCE_YOUR_CALM);
}

void H2Session::stream_closed(std::int32_t id, std::uint32_t code) {
  H2Stream* stream = find(id);
  if (stream == nullptr) return;
  stream->closed_ = true;
  if (is_server()) --open_;
  if (stream->released_) return remove(*stream);
  if (!stream->accepted_) {
    // Gone before anybody looked at it.
    const auto waiting = std::find(fresh_.begin(), fresh_.end(), stream);
    if (waiting != fresh_.end()) *waiting = nullptr;
    return remove(*stream);
  }
  stream->refused_ = code == NGHTTP2_REFUSED_STREAM;
  if (stream->input_ended_ && stream->end_sent_) return;
  stream->gone_ = true;
  stir(*stream, EPOLLIN | EPOLLHUP);
}

void H2Session::note_goaway(std::uint32_t code) {
  if (code != NGHTTP2_NO_ERROR) error_ = code;
  // A client opens no more; what the server did not act upon was closed as refused.
  if (!is_server()) shutdown_ = Shutdown::done;
}

// What goes out

void H2Session::submit(H2Stream& stream) {
  if (stream.head_taken_) {
    stream.head_taken_ = false;
    submit_head(stream);
  } else if (stream.deferred_ &&
             (!stream.output_.empty() || stream.phase_ == H2Stream::Phase::done)) {
    stream.deferred_ = false;
    ::nghttp2_session_resume_data(session_, stream.id_);
  } else {
    return;
  }
  wake_output();
}

void H2Session::submit_head(H2Stream& stream) {
  if (stream.interim_) {
    ::nghttp2_submit_headers(session_, NGHTTP2_FLAG_NONE, stream.id_, nullptr, fields_.data(),
                             fields_.size(), nullptr);
    stream.interim_ = false;
    return;
  }
  stream.submitted_ = true;
  nghttp2_data_provider body = h2_body(stream);
  const nghttp2_data_provider* provider = stream.ends_with_head() ? nullptr : &body;
  if (is_server()) {
    ::nghttp2_submit_response(session_, stream.id_, fields_.data(), fields_.size(), provider);
    return;
  }
  stream.id_ = ::nghttp2_submit_request(session_, nullptr, fields_.data(), fields_.size(), provider,
                                        &stream);
  if (stream.id_ >= 0) return;
  stream.gone_ = stream.closed_ = stream.refused_ = true;
  stir(stream, EPOLLIN | EPOLLHUP);
}

bool H2Session::submit_trailers(H2Stream& stream) {
  if (stream.trailers_.empty()) return false;
  const std::string lines = std::exchange(stream.trailers_, {}) + "\r\n";
  Fields trailers;
  if (parse_field_lines(lines, kMaxTrailerFields, trailers)) return false;
  fields_.clear();
  for (const Field& field : trailers) fields_.add(field);
  return ::nghttp2_submit_trailer(session_, stream.id_, fields_.data(), fields_.size()) == 0;
}

std::string_view H2Session::produce() {
  if (broken_) return {};
  const std::uint8_t* data = nullptr;
  const auto size = ::nghttp2_session_mem_send(session_, &data);
  if (size < 0) broken_ = true;
  if (size <= 0) return {};
  const std::string_view frame(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
  const bool states = is_server() && settings_.empty() && frame[3] == NGHTTP2_SETTINGS;
  if (!states) return frame;
  settings_ = frame;  // what a server begins with
  state_max_streams(settings_, limits_.max_streams);
  return settings_;
}

void H2Session::wake_output() {
  if (writer_) loop_.resume_later(std::exchange(writer_, nullptr));
}

// How it ends

void H2Session::begin_shutdown() {
  if (shutdown_ != Shutdown::no) return;
  shutdown_ = Shutdown::announced;
  ::nghttp2_submit_shutdown_notice(session_);
  // Its answer tells that the notice has been read, and that what was sent before it is here.
  ::nghttp2_submit_ping(session_, NGHTTP2_FLAG_NONE, nullptr);
  wake_output();
}

void H2Session::shut_down() {
  if (shutdown_ == Shutdown::done) return;
  shutdown_ = Shutdown::done;
  ::nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE,
                          ::nghttp2_session_get_last_proc_stream_id(session_), NGHTTP2_NO_ERROR,
                          nullptr, 0);
  wake_output();
}

void H2Session::ping_answered() {
  if (shutdown_ == Shutdown::announced) shut_down();
}

bool H2Session::finished() const {
  if (broken_) return true;
  if (::nghttp2_session_want_write(session_) != 0) return false;
  if (shutdown_ == Shutdown::done && streams_.empty()) return true;
  return deaf_ || ::nghttp2_session_want_read(session_) == 0;
}

void H2Session::fail() {
  broken_ = deaf_ = true;
  std::vector<H2Stream*> over;
  for (const auto& stream : streams_) {
    stream->closed_ = true;
    if (stream->released_ || !stream->accepted_) {
      over.push_back(stream.get());
    } else {
      stream->gone_ = true;
      stir(*stream, EPOLLIN | EPOLLHUP);
    }
  }
  fresh_.clear();
  next_fresh_ = 0;
  for (H2Stream* stream : over) remove(*stream);
  dispatch();
  wake_output();
}

}  // namespace gateway::http

#include "gatewayd/http/h2_callbacks.h"

#include <new>
#include <string_view>

#include "gatewayd/http/h2_session.h"

namespace gateway::http {
namespace {

std::string_view text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

bool ends_stream(const nghttp2_frame& frame) {
  return (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
}

}  // namespace

struct H2Session::Callbacks {
  static H2Session& of(void* user) { return *static_cast<H2Session*>(user); }

  // Whether the rest of what came is to be looked at.
  static int go_on(void* user) { return of(user).deaf() ? NGHTTP2_ERR_CALLBACK_FAILURE : 0; }

  static int begin_frame(nghttp2_session*, const nghttp2_frame_hd* head, void* user) {
    of(user).frame_begins(head->type, head->flags, head->length);
    return go_on(user);
  }

  static int begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    const bool is_first = frame->headers.cat == NGHTTP2_HCAT_REQUEST;
    const bool wanted = of(user).head_begins(frame->hd.stream_id, is_first);
    return wanted ? 0 : NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  }

  static int header(nghttp2_session*, const nghttp2_frame*, const std::uint8_t* name,
                    std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                    std::uint8_t, void* user) {
    of(user).field_decoded(text(name, name_size), text(value, value_size));
    return go_on(user);
  }

  static int invalid_header(nghttp2_session*, const nghttp2_frame*, const std::uint8_t*,
                            std::size_t, const std::uint8_t*, std::size_t, std::uint8_t,
                            void* user) {
    of(user).head_.refuse();
    return 0;
  }

  static int frame_received(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    H2Session& session = of(user);
    switch (frame->hd.type) {
      case NGHTTP2_HEADERS:
        session.head_ends(frame->hd.stream_id, ends_stream(*frame));
        break;
      case NGHTTP2_DATA:
        if (ends_stream(*frame)) session.input_ends(frame->hd.stream_id);
        break;
      case NGHTTP2_SETTINGS:
        session.greeted_ = true;
        break;
      case NGHTTP2_PING:
        if ((frame->hd.flags & NGHTTP2_FLAG_ACK) != 0) session.ping_answered();
        break;
      case NGHTTP2_GOAWAY:
        session.note_goaway(frame->goaway.error_code);
        break;
      default:
        break;
    }
    return 0;
  }

  static int invalid_frame(nghttp2_session*, const nghttp2_frame*, int, void* user) {
    of(user).within_head_ = false;
    return 0;
  }

  static int data_chunk(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data,
                        std::size_t size, void* user) {
    of(user).data_received(id, text(data, size));
    return 0;
  }

  static int frame_sent(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    const bool carries = frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS;
    if (carries) of(user).frame_left(frame->hd.stream_id, ends_stream(*frame));
    if (frame->hd.type == NGHTTP2_RST_STREAM) of(user).reset_left(frame->rst_stream.error_code);
    return 0;
  }

  static int stream_close(nghttp2_session*, std::int32_t id, std::uint32_t code, void* user) {
    of(user).stream_closed(id, code);
    return 0;
  }

  static ssize_t read_body(nghttp2_session*, std::int32_t, std::uint8_t* to, std::size_t room,
                           std::uint32_t* flags, nghttp2_data_source* source, void* user) {
    auto& stream = *static_cast<H2Stream*>(source->ptr);
    std::size_t moved = 0;
    bool ends = false;
    if (!stream.produce(reinterpret_cast<char*>(to), room, moved, ends)) {
      stream.deferred_ = true;
      return NGHTTP2_ERR_DEFERRED;
    }
    if (ends) {
      *flags |= NGHTTP2_DATA_FLAG_EOF;
      if (of(user).submit_trailers(stream)) *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
    }
    return static_cast<ssize_t>(moved);
  }

  static nghttp2_session_callbacks* make() {
    nghttp2_session_callbacks* all = nullptr;
    if (::nghttp2_session_callbacks_new(&all) != 0) throw std::bad_alloc();
    ::nghttp2_session_callbacks_set_on_begin_frame_callback(all, begin_frame);
    ::nghttp2_session_callbacks_set_on_begin_headers_callback(all, begin_headers);
    ::nghttp2_session_callbacks_set_on_header_callback(all, header);
    ::nghttp2_session_callbacks_set_on_invalid_header_callback(all, invalid_header);
    ::nghttp2_session_callbacks_set_on_frame_recv_callback(all, frame_received);
    ::nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(all, invalid_frame);
    ::nghttp2_session_callbacks_set_on_data_chunk_recv_callback(all, data_chunk);
    ::nghttp2_session_callbacks_set_on_frame_send_callback(all, frame_sent);
    ::nghttp2_session_callbacks_set_on_stream_close_callback(all, stream_close);
    return all;
  }
};

const nghttp2_session_callbacks* h2_callbacks() {
  static const nghttp2_session_callbacks* const all = H2Session::Callbacks::make();
  return all;
}

nghttp2_data_provider h2_body(H2Stream& stream) {
  nghttp2_data_provider provider{};
  provider.source.ptr = &stream;
  provider.read_callback = H2Session::Callbacks::read_body;
  return provider;
}

}  // namespace gateway::http

// A chunked body decodes alike however it is cut, and what is decoded, framed anew, decodes to the
// same again.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "gatewayd/http/chunked.h"
#include "gatewayd/http/parts.h"

namespace {

using namespace gateway::http;

void require(bool holds) {
  if (!holds) std::abort();
}

struct Decoded {
  ChunkedDecoder::State state = ChunkedDecoder::State::more;
  std::string data;
  std::string trailers;
  std::size_t used = 0;
};

Decoded decode(std::string_view wire, std::size_t step) {
  ChunkedDecoder decoder;
  Decoded result;
  std::size_t received = 0;
  for (;;) {
    const auto got = decoder.next(wire.substr(result.used, received - result.used));
    require(got.used <= received - result.used);
    result.used += got.used;
    result.data.append(got.data);
    result.state = got.state;
    if (got.state == ChunkedDecoder::State::end || got.state == ChunkedDecoder::State::malformed) {
      break;
    }
    if (got.used > 0) continue;
    if (received == wire.size()) break;
    received = std::min(wire.size(), received + step);
  }
  result.trailers = decoder.trailers();
  return result;
}

std::string encode(const Decoded& body) {
  std::string out;
  Parts parts;
  if (!body.data.empty()) parts.add_chunk(body.data);
  parts.add_last_chunk(body.trailers);
  for (std::size_t i = 0; i < parts.count(); ++i) {
    out.append(static_cast<const char*>(parts.data()[i].iov_base), parts.data()[i].iov_len);
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view wire(reinterpret_cast<const char*>(data), size);
  const Decoded whole = decode(wire, size + 1);
  const Decoded bytewise = decode(wire, 1);
  require(whole.state == bytewise.state);
  require(whole.data == bytewise.data);
  if (whole.state != ChunkedDecoder::State::end) return 0;
  require(whole.used == bytewise.used && whole.trailers == bytewise.trailers);
  const Decoded again = decode(encode(whole), 3);
  require(again.state == ChunkedDecoder::State::end);
  require(again.data == whole.data && again.trailers == whole.trailers);
  return 0;
}

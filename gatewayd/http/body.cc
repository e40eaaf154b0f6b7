#include "gatewayd/http/body.h"

#include <algorithm>

namespace gateway::http {

BodyReader::Step BodyReader::count(std::string_view data) {
  bytes_ += data.size();
  if (bytes_ > max_bytes_) return {State::too_large, {}};
  return {State::data, data};
}

BodyReader::Step BodyReader::end() {
  ended_ = true;
  return {State::end, {}};
}

BodyReader::Step BodyReader::take(net::Buffer& from) {
  switch (framing_) {
    case Framing::none:
      return end();
    case Framing::length: {
      if (left_ == 0) return end();
      const std::string_view data =
          from.view().substr(0, std::min<std::uint64_t>(left_, from.size()));
      if (data.empty()) return {State::need_input, {}};
      left_ -= data.size();
      from.consume(data.size());
      return count(data);
    }
    case Framing::until_close: {
      const std::string_view data = from.view();
      if (data.empty()) return {State::need_input, {}};
      from.consume(data.size());
      return count(data);
    }
    case Framing::chunked:
      break;
  }
  for (;;) {
    const ChunkedDecoder::Step step = chunked_.next(from.view());
    from.consume(step.used);
    switch (step.state) {
      case ChunkedDecoder::State::data:
        return count(step.data);
      case ChunkedDecoder::State::end:
        return end();
      case ChunkedDecoder::State::malformed:
        return {State::malformed, {}};
      case ChunkedDecoder::State::more:
        // Refused at its announcement, not after the bytes were waited for.
        if (chunked_.announced() > max_bytes_ - bytes_) return {State::too_large, {}};
        if (step.used == 0) return {State::need_input, {}};
        break;
    }
  }
}

}  // namespace gateway::http

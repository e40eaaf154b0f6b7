#include "gatewayd/http/chunked.h"

#include <algorithm>

#include "gatewayd/http/field_lines.h"

namespace gateway::http {
namespace {

constexpr std::size_t kMaxSizeDigits = 15;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Fields that a trailer must not carry because they frame or route the message (RFC 9110 §6.5.1).
bool is_forbidden_trailer(FieldId id) {
  switch (id) {
    case FieldId::transfer_encoding:
    case FieldId::content_length:
    case FieldId::host:
    case FieldId::connection:
    case FieldId::keep_alive:
    case FieldId::proxy_connection:
    case FieldId::te:
    case FieldId::trailer:
    case FieldId::upgrade:
    case FieldId::expect:
      return true;
    default:
      return false;
  }
}

// A chunk extension holds no control character but HTAB.
bool is_extension(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
  });
}

}  // namespace

ChunkedDecoder::Step ChunkedDecoder::next(std::string_view input) {
  switch (place_) {
    case Place::size:
      return read_size(input);
    case Place::data: {
      const std::size_t take = std::min<std::uint64_t>(left_, input.size());
      if (take == 0) return {};
      left_ -= take;
      if (left_ == 0) place_ = Place::data_end;
      return {State::data, take, input.substr(0, take)};
    }
    case Place::data_end:
      if (!input.empty() && input[0] != '\r') return {State::malformed, 0, {}};
      if (input.size() < 2) return {};
      if (input[1] != '\n') return {State::malformed, 0, {}};
      place_ = Place::size;
      return {State::more, 2, {}};
    case Place::trailers:
      return read_trailers(input);
    case Place::done:
      return {State::end, 0, {}};
  }
  return {State::malformed, 0, {}};
}

ChunkedDecoder::Step ChunkedDecoder::read_size(std::string_view input) {
  const Step malformed{State::malformed, 0, {}};
  std::uint64_t size = 0;
  std::size_t at = 0;
  for (; at < input.size() && hex_value(input[at]) >= 0; ++at) {
    if (at == kMaxSizeDigits) return malformed;
    size = size << 4 | static_cast<std::uint64_t>(hex_value(input[at]));
  }
  if (at == input.size()) return {};
  if (at == 0) return malformed;
  const std::size_t newline = input.find('\n', at);
  if (newline == std::string_view::npos) {
    // Refuse as soon as no continuation could be valid.
    const bool hopeless = input.size() >= kMaxChunkLine ||
                          (input[at] != ';' && input[at] != ' ' && input[at] != '\t' &&
                           !(input[at] == '\r' && at + 1 == input.size()));
    return hopeless ? malformed : Step{};
  }
  if (newline + 1 > kMaxChunkLine || input[newline - 1] != '\r') return malformed;
  const std::string_view rest = trim_ows(input.substr(at, newline - 1 - at));
  if ((!rest.empty() && rest.front() != ';') || !is_extension(rest)) return malformed;
  // White space between the size and nothing is not a chunk extension (RFC 9112 §7.1.1).
  if (rest.empty() && newline - 1 != at) return malformed;
  extensions_ += rest.size();
  if (extensions_ > kMaxExtensions) return malformed;
  left_ = size;
  place_ = size == 0 ? Place::trailers : Place::data;
  return {State::more, newline + 1, {}};
}

ChunkedDecoder::Step ChunkedDecoder::read_trailers(std::string_view input) {
  HeadScanner scanner;
  // The scanner sees an empty trailer section as an empty first line.
  switch (scanner.scan(input)) {
    case HeadScanner::State::incomplete:
      return {input.size() > kMaxTrailers ? State::malformed : State::more, 0, {}};
    case HeadScanner::State::malformed:
      return {State::malformed, 0, {}};
    case HeadScanner::State::complete:
      break;
  }
  if (scanner.size() > kMaxTrailers) return {State::malformed, 0, {}};
  Fields fields;
  if (parse_field_lines(input.substr(0, scanner.size()), kMaxTrailerFields, fields)) {
    return {State::malformed, 0, {}};
  }
  for (const Field& field : fields) {
    if (!is_forbidden_trailer(field.id)) trailers_.append(field.line);
  }
  place_ = Place::done;
  return {State::end, scanner.size(), {}};
}

}  // namespace gateway::http

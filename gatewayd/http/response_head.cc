#include "gatewayd/http/field_lines.h"
#include "gatewayd/http/head.h"

namespace gateway::http {
namespace {

HeadError bad(const char* detail) {
  return {Decider::upstream_malformed, detail};
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// "HTTP/1.1 200 OK"; the reason may be empty, and its space with it, as many servers send it.
std::optional<HeadError> parse_status_line(std::string_view line, ResponseHead& out) {
  if (line.size() < 12 || !line.starts_with("HTTP/1.") || !is_digit(line[7]) || line[8] != ' ') {
    return bad("The status line does not begin with an HTTP/1 version.");
  }
  out.minor = line[7] == '0' ? 0 : 1;
  const std::string_view code = line.substr(9, 3);
  if (code[0] < '1' || code[0] > '5' || !is_digit(code[1]) || !is_digit(code[2])) {
    return bad("The status code is not three digits from 100 to 599.");
  }
  if (line.size() > 12 && line[12] != ' ')
    return bad("The status code is not followed by a space.");
  for (const char c : line.substr(12)) {
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f) {
      return bad("The reason phrase holds a control character.");
    }
  }
  out.status =
      static_cast<std::uint16_t>((code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0'));
  out.status_line_rest = line.substr(9);
  return std::nullopt;
}

// RFC 9112 §6.3, in its order.
std::optional<HeadError> frame_body(const MessageFacts& facts, bool to_head, ResponseHead& out) {
  if (facts.has_transfer_encoding && facts.length_count > 0) {
    return bad("The answer has both Content-Length and Transfer-Encoding.");
  }
  if (facts.has_transfer_encoding &&
      (facts.coding_count != 1 || !facts.chunked_last || out.minor == 0)) {
    return bad("The answer's Transfer-Encoding is not exactly chunked.");
  }
  if (facts.length_count > 1 || facts.bad_length || facts.content_length == kEndlessLength) {
    return bad("The answer's Content-Length is repeated or not a plain decimal number.");
  }
  out.has_content_length = facts.length_count == 1;
  out.content_length = facts.content_length;
  if (to_head || out.status < 200 || out.status == 204 || out.status == 304) {
    out.framing = Framing::none;
  } else if (facts.has_transfer_encoding) {
    out.framing = Framing::chunked;
  } else if (out.has_content_length) {
    out.framing = out.content_length > 0 ? Framing::length : Framing::none;
  } else {
    out.framing = Framing::until_close;
  }
  return std::nullopt;
}

}  // namespace

std::optional<HeadError> parse_response_head(std::string_view head, const HeadLimits& limits,
                                             bool to_head, ResponseHead& out) {
  Fields fields = std::move(out.fields);
  fields.clear();
  out = ResponseHead{};
  out.fields = std::move(fields);
  const std::size_t line_end = head.find("\r\n");
  if (line_end == std::string_view::npos) return bad("The status line does not end in CRLF.");
  if (auto error = parse_status_line(head.substr(0, line_end), out)) return error;
  if (auto error = parse_field_lines(head.substr(line_end + 2), limits.max_fields, out.fields)) {
    return HeadError{Decider::upstream_malformed, error->detail};
  }
  const MessageFacts facts = gather_facts(out.fields);
  if (facts.connection_options > kMaxConnectionOptions) {
    return bad("The answer's Connection names too many options.");
  }
  if (auto error = frame_body(facts, to_head, out)) return error;
  out.keep_alive = out.minor >= 1 ? !facts.connection_close
                                  : facts.connection_keep_alive && !facts.connection_close;
  if (out.framing == Framing::until_close) out.keep_alive = false;
  return std::nullopt;
}

}  // namespace gateway::http

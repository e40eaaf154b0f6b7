// A request head is parsed, or refused with a reason. Where a second parser, Boost.Beast's, takes
// it too, both read the same: a head with two readings must not pass.

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "gatewayd/http/head.h"

namespace {

using namespace gateway::http;
namespace beast_http = boost::beast::http;

void require(bool holds) {
  if (!holds) std::abort();
}

bool within(std::string_view part, std::string_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void compare_with_beast(std::string_view head, const RequestHead& ours) {
  beast_http::request_parser<beast_http::empty_body> theirs;
  theirs.header_limit(UINT32_MAX);
  theirs.body_limit(boost::none);
  boost::system::error_code error;
  theirs.put(boost::asio::buffer(head.data(), head.size()), error);
  // What Beast refuses beyond us (a list that is no list of tokens, a length of twenty digits) is
  // either refused later or passed on as it came.
  if (error || !theirs.is_header_done()) return;
  const auto& message = theirs.get();
  require(std::string_view(message.method_string()) == ours.method);
  require(std::string_view(message.target()) == ours.target);
  require(theirs.chunked() == (ours.framing == Framing::chunked));
  const auto length = theirs.content_length();
  require((length ? *length : 0) == ours.content_length);
  std::size_t count = 0;
  for (const auto& field : message) {
    (void)field;
    ++count;
  }
  require(count == ours.fields.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  HeadScanner whole;
  const HeadScanner::State state = whole.scan(input);
  HeadScanner piecewise;
  HeadScanner::State piece = HeadScanner::State::incomplete;
  for (std::size_t cut = 1; cut <= size && piece == HeadScanner::State::incomplete; ++cut) {
    piece = piecewise.scan(input.substr(0, cut));
  }
  require(piece == state);
  if (state != HeadScanner::State::complete) return 0;
  require(piecewise.size() == whole.size());

  const std::string_view head = input.substr(0, whole.size());
  RequestHead request;
  const auto error = parse_request_head(head, HeadLimits{}, request);
  if (error) {
    require(error->detail[0] != '\0');
    return 0;
  }
  require(within(request.method, head));
  // An absolute target without a path means the root, or "*" (RFC 9112 §3.2.4).
  require(within(request.path, head) || request.path == "/" || request.path == "*");
  require(within(request.query, head) && within(request.authority, head));
  for (const auto& field : request.fields) {
    require(within(field.line, head) && field.line.ends_with("\r\n"));
    for (const char c : field.value) require(c != '\r' && c != '\n' && c != '\0');
  }
  compare_with_beast(head, request);
  return 0;
}

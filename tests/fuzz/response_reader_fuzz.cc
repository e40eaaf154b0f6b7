// An upstream's answer head is parsed or refused; what is taken cannot split the answer to the
// client.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "gatewayd/http/h1_writer.h"
#include "gatewayd/http/head.h"

namespace {

using namespace gateway::http;

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  HeadScanner scanner;
  if (scanner.scan(input) != HeadScanner::State::complete) return 0;
  ResponseHead response;
  const bool to_head = size % 2 == 0;
  if (parse_response_head(input.substr(0, scanner.size()), HeadLimits{}, to_head, response)) {
    return 0;
  }
  require(response.status >= 100 && response.status < 600);
  std::string out = "HTTP/1.1 ";
  out.append(response.status_line_rest).append("\r\n");
  append_fields(response.fields, kHopByHop, out);
  out.append("\r\n");
  // What is passed on is one whole head, and reads as the same status.
  HeadScanner again;
  require(again.scan(out) == HeadScanner::State::complete && again.size() == out.size());
  ResponseHead passed;
  require(!parse_response_head(out, HeadLimits{}, to_head, passed));
  require(passed.status == response.status);
  return 0;
}

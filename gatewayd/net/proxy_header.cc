#include "gatewayd/net/proxy_header.h"

#include <algorithm>
#include <charconv>

namespace gateway::net {
namespace {

using State = ProxyHeader::State;
using namespace std::string_view_literals;

constexpr std::string_view kStart1 = "PROXY ";
constexpr std::string_view kStart2 = "\r\n\r\n\0\r\nQUIT\n"sv;
constexpr std::size_t kMaxLine = 107;  // of version 1, its CRLF included
constexpr std::size_t kFixed = 16;     // of version 2, before the addresses

constexpr ProxyHeader kIncomplete{State::incomplete, 0, {}};
constexpr ProxyHeader kMalformed{State::malformed, 0, {}};

// The text up to the next space, which is taken off `line` as well.
std::string_view take_word(std::string_view& line) {
  const std::string_view word = line.substr(0, line.find(' '));
  line.remove_prefix(std::min(line.size(), word.size() + 1));
  return word;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool zeros = text.size() > 1 && text.front() == '0';
  if (error != std::errc{} || end != text.data() + text.size() || zeros || port > 65535) return {};
  return static_cast<std::uint16_t>(port);
}

std::optional<IpAddress> parse_address(std::string_view text, bool v6) {
  if ((text.find(':') != std::string_view::npos) != v6) return {};
  return parse_ip(text);
}

ProxyHeader parse_line(std::string_view input) {
  const std::size_t end = input.substr(0, kMaxLine).find("\r\n");
  if (end == std::string_view::npos) return input.size() < kMaxLine ? kIncomplete : kMalformed;
  std::string_view line = input.substr(kStart1.size(), end - kStart1.size());
  ProxyHeader header{State::complete, end + 2, {}};
  const std::string_view protocol = take_word(line);
  if (protocol == "UNKNOWN") return header;  // what follows it says nothing
  if (protocol != "TCP4" && protocol != "TCP6") return kMalformed;
  const bool v6 = protocol == "TCP6";
  const auto source = parse_address(take_word(line), v6);
  const auto destination = parse_address(take_word(line), v6);
  const auto source_port = parse_port(take_word(line));
  const auto destination_port = parse_port(line);
  if (!source || !destination || !source_port || !destination_port) return kMalformed;
  header.source = Endpoint{*source, *source_port};
  return header;
}

std::uint16_t number_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[at]) << 8 |
                                    static_cast<unsigned char>(bytes[at + 1]));
}

// Source and destination, then their ports (§2.2).
Endpoint read_source(std::string_view addresses, bool v6) {
  Endpoint source;
  const std::size_t size = v6 ? 16 : 4;
  if (!v6) source.address.bytes[10] = source.address.bytes[11] = 0xff;  // the mapped form
  std::copy_n(addresses.begin(), size, source.address.bytes.end() - static_cast<long>(size));
  source.port = number_at(addresses, 2 * size);
  return source;
}

ProxyHeader parse_binary(std::string_view input) {
  if (input.size() < kFixed) return kIncomplete;
  const auto command = static_cast<unsigned char>(input[12]);
  const auto family = static_cast<unsigned char>(input[13]);
  const std::size_t length = number_at(input, 14);
  if (command != 0x20 && command != 0x21) return kMalformed;
  if (kFixed + length > kMaxProxyHeader) return kMalformed;
  if (input.size() < kFixed + length) return kIncomplete;
  ProxyHeader header{State::complete, kFixed + length, {}};
  if (command == 0x20) return header;  // LOCAL: a check of the balancer's own
  const std::string_view addresses = input.substr(kFixed, length);
  if (family == 0x11 || family == 0x21) {  // TCP over IPv4, IPv6
    const bool v6 = family == 0x21;
    if (length < (v6 ? 36u : 12u)) return kMalformed;
    header.source = read_source(addresses, v6);
  }
  return header;
}

}  // namespace

ProxyHeader parse_proxy_header(std::string_view input) {
  const auto begins = [&](std::string_view start) {
    const std::size_t size = std::min(input.size(), start.size());
    return input.substr(0, size) == start.substr(0, size);
  };
  if (begins(kStart1)) return input.size() < kStart1.size() ? kIncomplete : parse_line(input);
  if (begins(kStart2)) return input.size() < kStart2.size() ? kIncomplete : parse_binary(input);
  return kMalformed;
}

}  // namespace gateway::net

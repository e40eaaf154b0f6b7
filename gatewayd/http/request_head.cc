#include <algorithm>
#include <array>

#include "gatewayd/http/field_lines.h"
#include "gatewayd/http/head.h"
#include "shared/base/ascii.h"

namespace gateway::http {
namespace {

constexpr std::size_t kMaxMethod = 32;
constexpr std::size_t kMaxHost = 255;  // RFC 1035 §2.3.4

HeadError bad(const char* detail) {
  return {Decider::bad_request, detail};
}

using OctetSet = std::array<bool, 256>;

// Octets that a request target may hold: printable ASCII without the ones that no form of a URI
// has (RFC 3986 §2; '"', '<', '>', '^', '`', '{', '|', '}' come unencoded from real clients).
constexpr OctetSet target_octets() {
  OctetSet set{};
  for (std::size_t c = 0x21; c < 0x7f; ++c) set[c] = c != '#' && c != '\\';
  return set;
}

// Octets of a reg-name that is not percent-encoded, and of IPv4 addresses.
constexpr OctetSet name_octets() {
  OctetSet set{};
  for (std::size_t c = 0; c < 0x7f; ++c) {
    const char l = ascii_lower(static_cast<char>(c));
    set[c] = (c >= '0' && c <= '9') || (l >= 'a' && l <= 'z') || c == '-' || c == '.' || c == '_' ||
             c == '~';
  }
  return set;
}

constexpr OctetSet kTarget = target_octets();
constexpr OctetSet kName = name_octets();

bool all_in(const OctetSet& set, std::string_view text) {
  bool all = true;
  for (const char c : text) all &= set[static_cast<unsigned char>(c)];
  return all;
}

// reg-name, IPv4 or [IPv6], then an optional port (RFC 9110 §7.2, RFC 3986 §3.2.2). Percent-encoded
// names are refused: no real host has one, and two readers may take it for two hosts.
bool is_authority(std::string_view authority) {
  if (authority.size() > kMaxHost + std::string_view(":65535").size()) return false;
  std::string_view host = authority;
  std::string_view port;
  if (!authority.empty() && authority.front() == '[') {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return false;
    host = authority.substr(1, close - 1);
    port = authority.substr(close + 1);
    const bool hex = std::all_of(host.begin(), host.end(), [](char c) {
      const char l = ascii_lower(c);
      return (c >= '0' && c <= '9') || (l >= 'a' && l <= 'f') || c == ':' || c == '.';
    });
    if (host.empty() || !hex) return false;
  } else {
    const std::size_t colon = authority.find(':');
    host = authority.substr(0, colon);
    port = colon == std::string_view::npos ? std::string_view() : authority.substr(colon);
    if (host.empty() || !all_in(kName, host)) return false;
  }
  if (port.empty()) return true;
  if (port.front() != ':' || port.size() > 6) return false;
  unsigned number = 0;
  for (const char c : port.substr(1)) {
    if (c < '0' || c > '9') return false;
    number = number * 10 + static_cast<unsigned>(c - '0');
  }
  return number <= 65535;
}

std::optional<HeadError> parse_version(std::string_view version, RequestHead& out) {
  const bool shaped = version.size() == 8 && version.starts_with("HTTP/") && version[6] == '.' &&
                      version[5] >= '0' && version[5] <= '9' && version[7] >= '0' &&
                      version[7] <= '9';
  if (!shaped) return bad("The request line does not end in an HTTP version.");
  if (version[5] != '1') {
    return HeadError{Decider::version_unsupported, "This listener speaks HTTP/1.1 and HTTP/1.0."};
  }
  out.minor = version[7] == '0' ? 0 : 1;
  return std::nullopt;
}

void split_query(std::string_view path_and_query, RequestHead& out) {
  const std::size_t question = path_and_query.find('?');
  out.has_query = question != std::string_view::npos;
  out.path = path_and_query.substr(0, question);
  out.query = out.has_query ? path_and_query.substr(question + 1) : std::string_view();
}

// The four forms of a target (RFC 9112 §3.2).
std::optional<HeadError> parse_target(RequestHead& out) {
  const std::string_view target = out.target;
  if (out.method == "CONNECT" || out.method == "TRACE") {
    return HeadError{Decider::not_implemented, "The gateway does not serve this method."};
  }
  if (target.empty() || !all_in(kTarget, target))
    return bad("The request target holds an octet that no URI has.");
  if (target.front() == '/') {
    split_query(target, out);
    return std::nullopt;
  }
  if (target == "*") {
    if (out.method != "OPTIONS") return bad("Only OPTIONS may ask for \"*\".");
    out.path = target;
    return std::nullopt;
  }
  const std::size_t scheme_end = target.find("://");
  const std::string_view scheme = target.substr(0, std::min(scheme_end, target.size()));
  if (!ascii_iequals(scheme, "http") && !ascii_iequals(scheme, "https")) {
    return bad("The request target is neither a path nor an http URI.");
  }
  const std::string_view rest = target.substr(scheme_end + 3);
  const std::size_t path_at = std::min(rest.find_first_of("/?"), rest.size());
  out.authority = rest.substr(0, path_at);
  if (!is_authority(out.authority)) return bad("The authority in the request target is not valid.");
  split_query(rest.substr(path_at), out);
  if (out.path.empty()) out.path = out.method == "OPTIONS" && !out.has_query ? "*" : "/";
  return std::nullopt;
}

std::optional<HeadError> parse_request_line(std::string_view line, const HeadLimits& limits,
                                            RequestHead& out) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) {
    return bad("The request line does not have three parts.");
  }
  out.method = line.substr(0, first);
  out.target = line.substr(first + 1, last - first - 1);
  if (out.method.size() > kMaxMethod || !is_token(out.method)) {
    return bad("The method is not a token of at most 32 characters.");
  }
  if (out.target.find(' ') != std::string_view::npos) {
    return bad("The request line does not have three parts.");
  }
  if (out.target.size() > limits.max_target) {
    return HeadError{Decider::uri_too_long,
                     "The request target is longer than this gateway takes."};
  }
  if (auto error = parse_version(line.substr(last + 1), out)) return error;
  return parse_target(out);
}

std::optional<HeadError> check_host(const MessageFacts& facts, RequestHead& out) {
  if (facts.host_count > 1) return bad("The request has more than one Host.");
  const Field* host = facts.host_count == 1 ? find_field(out.fields, FieldId::host) : nullptr;
  if (host == nullptr) {
    if (out.minor >= 1) return bad("The request has no Host.");
    return std::nullopt;
  }
  if (!is_authority(host->value)) return bad("Host is not a valid host name and port.");
  if (out.authority.empty()) out.authority = host->value;  // the absolute form overrides Host
  return std::nullopt;
}

std::optional<HeadError> frame_body(const MessageFacts& facts, RequestHead& out) {
  if (facts.has_transfer_encoding) {
    if (facts.length_count > 0) {
      return bad("The request has both Content-Length and Transfer-Encoding.");
    }
    if (out.minor == 0) return bad("HTTP/1.0 has no Transfer-Encoding.");
    if (facts.chunked_last && facts.unknown_coding && !facts.chunked_before_last) {
      return HeadError{Decider::not_implemented,
                       "The gateway knows no transfer coding but chunked."};
    }
    if (facts.coding_count != 1 || !facts.chunked_last) {
      return bad("Transfer-Encoding is not exactly chunked.");
    }
    out.framing = Framing::chunked;
    return std::nullopt;
  }
  if (facts.length_count > 1) return bad("Content-Length stands more than once.");
  if (facts.bad_length) return bad("Content-Length is not a plain decimal number.");
  out.content_length = facts.content_length;
  out.framing = facts.content_length > 0 ? Framing::length : Framing::none;
  return std::nullopt;
}

std::optional<HeadError> read_expectations(const MessageFacts& facts, RequestHead& out) {
  for (const Field& field : out.fields) {
    if (field.id == FieldId::expect) {
      if (!ascii_iequals(field.value, "100-continue")) {
        return HeadError{Decider::expectation_failed, "The gateway knows only 100-continue."};
      }
      out.expect_continue = out.minor >= 1;  // RFC 9110 §10.1.1: ignored in HTTP/1.0
    } else if (field.id == FieldId::te) {
      for_each_element(field.value, [&](std::string_view coding) {
        out.accepts_trailers |= ascii_iequals(coding, "trailers");
      });
    } else if (field.id == FieldId::upgrade && facts.connection_upgrade && out.minor >= 1) {
      out.upgrade = field.value;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<HeadError> parse_request_head(std::string_view head, const HeadLimits& limits,
                                            RequestHead& out) {
  Fields fields = std::move(out.fields);
  fields.clear();
  out = RequestHead{};
  out.fields = std::move(fields);
  const std::size_t line_end = head.find("\r\n");
  if (line_end == std::string_view::npos) return bad("The request line does not end in CRLF.");
  if (auto error = parse_request_line(head.substr(0, line_end), limits, out)) return error;
  if (auto error = parse_field_lines(head.substr(line_end + 2), limits.max_fields, out.fields)) {
    return error;
  }
  const MessageFacts facts = gather_facts(out.fields);
  if (facts.connection_options > kMaxConnectionOptions) {
    return bad("Connection names too many options.");
  }
  if (auto error = check_host(facts, out)) return error;
  if (auto error = frame_body(facts, out)) return error;
  if (auto error = read_expectations(facts, out)) return error;
  out.keep_alive = out.minor >= 1 ? !facts.connection_close
                                  : facts.connection_keep_alive && !facts.connection_close;
  return std::nullopt;
}

}  // namespace gateway::http

#include "shared/policy/grpc_status.h"

#include "shared/base/append.h"
#include "shared/base/ascii.h"

namespace gateway::policy {
namespace {

enum Status : unsigned {
  kCancelled = 1,
  kInvalidArgument = 3,
  kDeadlineExceeded = 4,
  kPermissionDenied = 7,
  kResourceExhausted = 8,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kUnauthenticated = 16,
};

// Percent-encoding of all but the printable ASCII that stands for itself.
void append_message(std::string_view text, std::string& out) {
  constexpr char kHex[] = "0123456789ABCDEF";
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet >= 0x20 && octet <= 0x7e && c != '%') {
      out.push_back(c);
      continue;
    }
    out.push_back('%');
    out.push_back(kHex[octet >> 4]);
    out.push_back(kHex[octet & 15]);
  }
}

}  // namespace

bool is_grpc(std::string_view content_type) {
  constexpr std::string_view kType = "application/grpc";
  if (!ascii_iequals(content_type.substr(0, kType.size()), kType)) return false;
  const std::string_view rest = content_type.substr(kType.size());
  return rest.empty() || rest.front() == '+' || rest.front() == ';' || rest.front() == ' ';
}

unsigned grpc_status(Decider decider) {
  switch (decider) {
    case Decider::client_closed:
      return kCancelled;
    case Decider::expectation_failed:
    case Decider::invalid_request:
    case Decider::unsupported_media:
      return kInvalidArgument;
    case Decider::upstream_timeout:
    case Decider::body_timeout:
    case Decider::header_timeout:
      return kDeadlineExceeded;
    case Decider::ip_denied:
    case Decider::threat:
    case Decider::forbidden:
    case Decider::csrf:
      return kPermissionDenied;
    case Decider::rate_limited:
    case Decider::header_too_large:
    case Decider::body_too_large:
    case Decider::uri_too_long:
      return kResourceExhausted;
    case Decider::no_route:
    case Decider::method_not_allowed:
    case Decider::not_implemented:
    case Decider::version_unsupported:
      return kUnimplemented;
    case Decider::unauthenticated:
      return kUnauthenticated;
    case Decider::upstream_resolve:
    case Decider::upstream_connect:
    case Decider::upstream_connect_timeout:
    case Decider::upstream_reset:
    case Decider::breaker_open:
    case Decider::no_instance:
    case Decider::upstream_busy:
    case Decider::maintenance:
    case Decider::auth_unavailable:
    case Decider::overloaded:
    case Decider::draining:
      return kUnavailable;
    default:
      return kInternal;
  }
}

void append_grpc_status(const Error& error, std::string& out) {
  append_all(out, "grpc-status: ", std::to_string(grpc_status(error.decider)),
             "\r\ngrpc-message: ");
  append_message(error.detail, out);
  out.append("\r\n");
}

}  // namespace gateway::policy

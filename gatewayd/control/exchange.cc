#include "gatewayd/control/exchange.h"

#include <httplib.h>

#include <exception>
#include <optional>
#include <utility>

#include "gatewayd/control/config_calls.h"
#include "gatewayd/control/head_gate.h"
#include "gatewayd/control/unix_stream.h"
#include "shared/control/explain_message.h"

namespace gateway::control {
namespace {

Call call_from(const httplib::Request& request) {
  Call call{request.method,      request.path, {},
            request.remote_addr, request.body, request.get_header_value("Accept")};
  call.params.assign(request.params.begin(), request.params.end());
  return call;
}

void put(const Answer& answer, httplib::Response& response) {
  response.status = answer.status;
  response.set_content(answer.body, answer.type.c_str());
  if (!answer.allow.empty()) response.set_header("Allow", answer.allow);
}

bool announces_body(const httplib::Request& request) {
  const std::string length = request.get_header_value("Content-Length");
  return request.has_header("Transfer-Encoding") || (!length.empty() && length != "0");
}

// Whether the call's body is read. For all others one of a bounded, stated length is passed over.
bool has_question(const httplib::Request& request) {
  return request.method == "POST" && (request.path == kExplainPath || brings_config(request.path));
}

// httplib would take a form or a multipart apart and unpack a compressed body, without bound.
bool is_plain_json(const httplib::Request& request) {
  const std::string type = request.get_header_value("Content-Type");
  return type.substr(0, type.find(';')) == "application/json" &&
         !request.has_header("Content-Encoding");
}

std::size_t max_body(const httplib::Request& request) {
  return request.method == "POST" && brings_config(request.path) ? kMaxConfigBody : kMaxBody;
}

bool body_too_large(const httplib::Request& request) {
  const std::string length = request.get_header_value("Content-Length");
  return length.size() > 8 || std::strtoull(length.c_str(), nullptr, 10) > max_body(request);
}

Answer too_large(const httplib::Request& request) {
  return problem(413,
                 "the body is larger than " + std::to_string(max_body(request) >> 20) + " MiB");
}

}  // namespace

// httplib's server without its sockets: those give a thread to every silent client, queue without
// bound, and wait by select() (0.11), which cannot see descriptors from 1024 on, as a busy gateway
// has.
class Exchange::Http final : public httplib::Server {
 public:
  explicit Http(Respond respond) : respond_(std::move(respond)) {
    set_payload_max_length(kMaxConfigBody);  // each call's own: see max_body()
    set_pre_routing_handler([this](const auto& request, auto& response) {
      if (has_question(request)) {
        const auto refused = refuse_question(request);
        if (!refused) return HandlerResponse::Unhandled;  // the body first, then the route below
        put(*refused, response);
      } else {
        put(answer(request), response);
      }
      return HandlerResponse::Handled;  // httplib's own routes are std::regex: one, and literal
    });
    for (const char* path : {kExplainPath, kConfigDiffPath, kConfigApplyPath}) {
      Post(path, [this](const auto& request, auto& response) { put(answer(request), response); });
    }
    set_error_handler([](const httplib::Request&, httplib::Response& response) {
      if (response.body.empty()) {
        put(problem(response.status, "the call is not valid HTTP/1.1"), response);
      }
    });
  }

  // httplib changed this function's parameters over time; Self puts the question off until here.
  template <class Self>
  static bool process(Self& self, httplib::Stream& stream, const std::string& peer) {
    bool closed = false;
    bool body = false;
    const std::function<void(httplib::Request&)> begin = [&](httplib::Request& request) {
      request.remote_addr = peer;
      body = announces_body(request);
    };
    if constexpr (requires { self.process_request(stream, true, closed, begin); }) {
      self.process_request(stream, true, closed, begin);
    } else {
      self.process_request(stream, peer, 0, std::string(), 0, true, closed, begin);
    }
    return body;
  }

 private:
  static std::optional<Answer> refuse_question(const httplib::Request& request) {
    if (request.has_header("Transfer-Encoding") || !request.has_header("Content-Length")) {
      return problem(411, "a body needs a Content-Length");
    }
    if (body_too_large(request)) return too_large(request);
    if (!is_plain_json(request)) return problem(415, "the body is application/json, not encoded");
    return std::nullopt;
  }

  Answer answer(const httplib::Request& request) const {
    if (request.has_header("Transfer-Encoding")) {
      return problem(411, "a body needs a Content-Length");
    }
    if (body_too_large(request)) return too_large(request);
    try {
      return respond_(call_from(request));
    } catch (const std::exception& error) {
      return problem(500, error.what());
    }
  }

  Respond respond_;
};

Exchange::Exchange(Respond respond) : http_(std::make_unique<Http>(std::move(respond))) {}
Exchange::~Exchange() = default;

bool Exchange::run(int fd, std::string received, const std::string& peer,
                   std::chrono::milliseconds budget) const {
  UnixStream stream(fd, std::move(received), std::chrono::steady_clock::now() + budget);
  return Http::process(*http_, stream, peer);
}

}  // namespace gateway::control

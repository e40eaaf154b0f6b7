#include "gatewayd/control/exchange.h"

#include <httplib.h>

#include <cstdlib>
#include <exception>
#include <optional>
#include <utility>

#include "gatewayd/control/admission.h"
#include "gatewayd/control/call_stream.h"
#include "gatewayd/control/openapi.h"

namespace gateway::control {
namespace {

// Stands in the place of every path for httplib, whose own routes are std::regex: one, and literal.
constexpr char kAnyPath[] = "/";

std::vector<std::string> values_of(const httplib::Request& request, const char* field) {
  std::vector<std::string> values;
  const auto [first, last] = request.headers.equal_range(field);
  for (auto found = first; found != last; ++found) values.push_back(found->second);
  return values;
}

std::string joined(const std::vector<std::string>& values) {
  std::string all;
  for (const std::string& value : values) all += (all.empty() ? "" : ", ") + value;
  return all;
}

void put(const Answer& answer, httplib::Response& response) {
  response.status = answer.status;
  if (answer.status != 204) response.set_content(answer.body, answer.type.c_str());
  if (!answer.allow.empty()) response.set_header("Allow", answer.allow);
  response.set_header("Cache-Control", "no-store");
  response.set_header("X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : answer.fields) response.set_header(name.c_str(), value);
}

bool announces_body(const httplib::Request& request) {
  const std::string length = request.get_header_value("Content-Length");
  return request.has_header("Transfer-Encoding") || (!length.empty() && length != "0");
}

// httplib would take a form or a multipart apart and unpack a compressed body, without bound.
bool is_plain_json(const httplib::Request& request) {
  const std::string type = request.get_header_value("Content-Type");
  return type.substr(0, type.find(';')) == "application/json" &&
         !request.has_header("Content-Encoding");
}

// What is wrong with the body that the head announces. One that nobody reads is passed over, as
// long as its length is stated and bounded.
std::optional<Answer> refuse_body(const httplib::Request& request, const Endpoint& endpoint) {
  const bool is_read = !endpoint.body.empty();
  const std::string length = request.get_header_value("Content-Length");
  if (request.has_header("Transfer-Encoding") || (is_read && length.empty())) {
    return problem(411, "a body needs a Content-Length");
  }
  const std::size_t most = is_read ? endpoint.max_body : kMaxBody;
  if (length.size() > 8 || std::strtoull(length.c_str(), nullptr, 10) > most) {
    return problem(413, "the body is larger than " + std::to_string(most >> 20) + " MiB");
  }
  if (is_read && !is_plain_json(request)) {
    return problem(415, "the body is application/json, not encoded");
  }
  return std::nullopt;
}

// httplib's server without its sockets: those give a thread to every silent client, queue without
// bound, and wait by select() (0.11), which cannot see descriptors from 1024 on, as a busy gateway
// has. One object for one call.
class OneCall final : public httplib::Server {
 public:
  OneCall(const Peer& peer, Backend& backend) : peer_(peer), backend_(backend) {
    set_expect_100_continue_handler([this](const auto&, auto& response) {
      if (!refused_) return 100;
      finish(*refused_, response);
      return response.status;
    });
    set_pre_routing_handler([this](const auto&, auto& response) {
      if (!refused_ && !endpoint_->body.empty()) return HandlerResponse::Unhandled;  // see answer()
      finish(refused_ ? *refused_ : answer(), response);
      return HandlerResponse::Handled;
    });
    const auto with_body = [this](const httplib::Request& request, httplib::Response& response) {
      call_.body = request.body;
      finish(answer(), response);
    };
    Post(kAnyPath, with_body);
    Put(kAnyPath, with_body);
    set_error_handler([](const httplib::Request&, httplib::Response& response) {
      if (response.body.empty() && response.status != 204) {
        put(problem(response.status, "the call is not valid HTTP/1.1"), response);
      }
    });
  }

  // httplib changed this function's parameters over time; Self puts the question off until here.
  template <class Self>
  static bool process(Self& self, httplib::Stream& stream) {
    bool closed = false;
    const std::function<void(httplib::Request&)> begin = [&self](httplib::Request& request) {
      self.begin(request);
    };
    if constexpr (requires { self.process_request(stream, true, closed, begin); }) {
      self.process_request(stream, true, closed, begin);
    } else {
      self.process_request(stream, std::string(), 0, std::string(), 0, true, closed, begin);
    }
    return self.has_body_;
  }

 private:
  // The head is there, and nothing of the body has been read.
  void begin(httplib::Request& request) {
    has_body_ = announces_body(request);
    call_.method = request.method;
    call_.path = request.path;
    call_.params.assign(request.params.begin(), request.params.end());
    call_.accept = request.get_header_value("Accept");
    call_.if_match = joined(values_of(request, "If-Match"));
    call_.peer = peer_.name;
    call_.address = peer_.address;
    request.path = kAnyPath;
    const Visitor visitor{peer_.local, values_of(request, "Authorization"),
                          values_of(request, "Host"), values_of(request, "Origin"),
                          request.get_header_value("Sec-Fetch-Site")};
    try {
      const auto rules = backend_.control_rules();
      refused_ = admit(visitor, *rules, call_, endpoint_);
      if (!refused_) refused_ = refuse_body(request, *endpoint_);
    } catch (const std::exception& error) {
      refused_ = problem(500, error.what());
    }
    if (!refused_) set_payload_max_length(std::max(endpoint_->max_body, kMaxBody));
  }

  Answer answer() {
    try {
      return endpoint_->answer(call_, backend_);
    } catch (const std::exception& error) {
      return problem(500, error.what());
    }
  }

  // Keeps who called, where the call is one that changes something; then says the answer.
  void finish(const Answer& answer, httplib::Response& response) {
    if (endpoint_ != nullptr && endpoint_->changes) {
      store::AuditEntry entry;
      entry.by = call_.peer;
      entry.role = name_of(call_.role);
      entry.address = call_.address;
      entry.method = call_.method;
      entry.path = call_.path;
      entry.status = static_cast<std::uint16_t>(answer.status);
      entry.detail = detail_of(answer);
      backend_.record(std::move(entry));
    }
    put(answer, response);
  }

  const Peer& peer_;
  Backend& backend_;
  Call call_;
  const Endpoint* endpoint_ = nullptr;
  std::optional<Answer> refused_ = problem(400, "the call is not valid HTTP/1.1");
  bool has_body_ = false;
};

}  // namespace

bool run_exchange(int fd, std::string received, const Peer& peer, std::chrono::milliseconds budget,
                  Backend& backend) {
  CallStream stream(fd, std::move(received), std::chrono::steady_clock::now() + budget);
  OneCall call(peer, backend);
  return OneCall::process(call, stream);
}

}  // namespace gateway::control

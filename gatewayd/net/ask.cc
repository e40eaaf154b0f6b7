#include "gatewayd/net/ask.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <optional>

#include "shared/base/ascii.h"

namespace gateway::net {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::beast::tcp_stream;
using boost::system::error_code;
using TlsStream = boost::beast::ssl_stream<tcp_stream>;

// How far a question came: the step that fails names the fault.
struct Talk {
  const Question& question;
  std::optional<Reply> reply;
  const char* step = "look up";
  error_code error;
};

http::request<http::string_body> compose(const Question& question) {
  http::request<http::string_body> request;
  request.method_string(question.method);
  request.target(question.target);
  request.version(11);
  const bool v6 = question.host.find(':') != std::string::npos;
  request.set(http::field::host, v6 ? fmt::format("[{}]:{}", question.host, question.port)
                                    : fmt::format("{}:{}", question.host, question.port));
  request.set(http::field::connection, "close");
  for (const auto& [name, value] : question.fields) request.set(name, value);
  request.body() = question.body;
  if (!question.body.empty()) request.prepare_payload();
  return request;
}

template <class Stream>
asio::awaitable<void> exchange(Stream& stream, Talk& talk) {
  const auto request = compose(talk.question);
  talk.step = "send";
  co_await http::async_write(stream, request,
                             asio::redirect_error(asio::use_awaitable, talk.error));
  if (talk.error) co_return;
  talk.step = "receive";
  boost::beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(talk.question.max_answer);
  co_await http::async_read(stream, buffer, parser,
                            asio::redirect_error(asio::use_awaitable, talk.error));
  if (talk.error) co_return;
  auto answer = parser.release();
  talk.reply = Reply{answer.result_int(), std::move(answer.body())};
  for (const auto& field : answer) {
    talk.reply->fields.emplace_back(field.name_string(), field.value());
  }
}

asio::awaitable<void> exchange_over_tls(tcp_stream plain, Talk& talk) {
  asio::ssl::context context(asio::ssl::context::tls_client);
  const std::string& trusted = talk.question.authorities;
  if (trusted.empty()) {
    context.set_default_verify_paths(talk.error);
  } else {
    context.add_certificate_authority(asio::buffer(trusted), talk.error);
  }
  context.set_verify_mode(asio::ssl::verify_peer);
  TlsStream stream(std::move(plain), context);
  stream.set_verify_callback(asio::ssl::host_name_verification(talk.question.host));
  SSL_set_tlsext_host_name(stream.native_handle(), talk.question.host.c_str());
  talk.step = "TLS handshake";
  co_await stream.async_handshake(asio::ssl::stream_base::client,
                                  asio::redirect_error(asio::use_awaitable, talk.error));
  if (talk.error) co_return;
  co_await exchange(stream, talk);
}

asio::awaitable<void> converse(asio::io_context& loop, Talk& talk) {
  const Question& question = talk.question;
  std::vector<tcp::endpoint> found;
  if (question.address) {
    found.emplace_back(asio::ip::make_address(to_string(*question.address)), question.port);
  } else {
    tcp::resolver resolver(loop);
    const auto results =
        co_await resolver.async_resolve(question.host, std::to_string(question.port),
                                        asio::redirect_error(asio::use_awaitable, talk.error));
    for (const auto& result : results) found.push_back(result.endpoint());
  }
  if (talk.error) co_return;
  tcp_stream stream(loop);
  stream.expires_after(question.timeout);  // one deadline for all that follows
  talk.step = "connect";
  co_await stream.async_connect(found, asio::redirect_error(asio::use_awaitable, talk.error));
  if (talk.error) co_return;
  stream.socket().set_option(tcp::no_delay(true), talk.error);
  if (question.tls) {
    co_await exchange_over_tls(std::move(stream), talk);
  } else {
    co_await exchange(stream, talk);
  }
}

}  // namespace

std::string_view Reply::field(std::string_view name) const {
  for (const auto& [known, value] : fields) {
    if (ascii_iequals(known, name)) return value;
  }
  return {};
}

Result<Reply, AskError> ask(const Question& question) {
  Talk talk{question, {}, "look up", {}};
  try {
    asio::io_context loop(1);
    const std::stop_callback cut(question.stop, [&loop] { loop.stop(); });
    asio::co_spawn(loop, converse(loop, talk), asio::detached);
    loop.run();
  } catch (const std::exception& error) {
    return AskError{fmt::format("{}: {}", talk.step, error.what())};
  }
  if (talk.reply) return std::move(*talk.reply);
  if (question.stop.stop_requested()) return AskError{fmt::format("{}: given up", talk.step)};
  return AskError{fmt::format("{}: {}", talk.step, talk.error.message())};
}

}  // namespace gateway::net

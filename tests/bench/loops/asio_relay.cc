// The same relay as loop_relay.cc on Boost.Asio's coroutines: what the gateway's own loop is
// measured against.
//
//   asio_relay PORT BACKEND_PORT
#include <boost/asio.hpp>
#include <cstdlib>
#include <functional>
#include <memory>

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Awaitable = asio::awaitable<void, asio::io_context::executor_type>;
constexpr asio::use_awaitable_t<asio::io_context::executor_type> kUse;
using Socket = asio::basic_stream_socket<tcp, asio::io_context::executor_type>;

struct Both {
  Socket client;
  Socket upstream;
};

Awaitable pass(std::shared_ptr<Both> both, Socket* from, Socket* to) {
  char buffer[16 * 1024];
  boost::system::error_code error;
  while (!error) {
    const std::size_t got =
        co_await from->async_read_some(asio::buffer(buffer), asio::redirect_error(kUse, error));
    if (error) break;
    co_await asio::async_write(*to, asio::buffer(buffer, got), asio::redirect_error(kUse, error));
  }
  both->client.close(error);
  both->upstream.close(error);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 64;
  asio::io_context context(1);
  const auto loopback = asio::ip::address_v4::loopback();
  tcp::acceptor acceptor(context, {loopback, static_cast<std::uint16_t>(std::atoi(argv[1]))});
  const tcp::endpoint backend{loopback, static_cast<std::uint16_t>(std::atoi(argv[2]))};
  std::function<void()> accept = [&] {
    auto both = std::make_shared<Both>(
        Both{Socket(context.get_executor()), Socket(context.get_executor())});
    acceptor.async_accept(both->client, [&, both](boost::system::error_code error) {
      if (!error) {
        both->upstream.connect(backend, error);
        both->client.set_option(tcp::no_delay(true));
        both->upstream.set_option(tcp::no_delay(true));
        asio::co_spawn(context.get_executor(), pass(both, &both->client, &both->upstream),
                       asio::detached);
        asio::co_spawn(context.get_executor(), pass(both, &both->upstream, &both->client),
                       asio::detached);
      }
      accept();
    });
  };
  accept();
  context.run();
}

#include "gatewayd/proxy/ask_service.h"

#include <system_error>

namespace gateway::proxy {
namespace {

// What a question and its end share.
struct Asking {
  const OwnRequest& request;
  net::BufferPool buffers;
  net::Loop loop;
  std::unique_ptr<net::Stream> stream;
  OwnAnswer answer;
};

net::Detached ask(Asking& asking) {
  asking.answer = co_await exchange_own(asking.loop, asking.buffers, asking.request, asking.stream);
  asking.loop.stop();
}

}  // namespace

OwnAnswer ask_service(const OwnRequest& request, const std::stop_token& stop) try {
  Asking asking{request, {}, {}, nullptr, {}};
  ask(asking);
  const std::stop_callback cut(stop, [&asking] {
    asking.loop.post([&asking] {
      if (asking.stream != nullptr) asking.stream->interrupt();
    });
  });
  asking.loop.run();
  return std::move(asking.answer);
} catch (const std::system_error&) {
  OwnAnswer none;  // no descriptor is left for a loop
  none.fault = kBrokenOff;
  return none;
}

}  // namespace gateway::proxy

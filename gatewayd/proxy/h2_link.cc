#include "gatewayd/proxy/h2_link.h"

namespace gateway::proxy {

using net::Io;
using net::Wait;

namespace {

// Turns of reading before every other connection has its turn.
constexpr int kTurnsAtOnce = 32;

}  // namespace

H2Link::H2Link(std::shared_ptr<net::Stream> stream, net::BufferPool& buffers, LinkTimes times,
               H2Links* all)
    : stream_(std::move(stream)),
      input_(buffers),
      times_(times),
      all_(all),
      session_(http::H2Session::Role::client, {}, stream_->tls() != nullptr, stream_->loop(),
               buffers),
      writer_(*stream_, session_, buffers, times.patience),
      greeting_(stream_->loop()) {
  if (all_ != nullptr) all_->insert(this);
}

H2Link::~H2Link() {
  if (all_ != nullptr) all_->erase(this);
}

std::shared_ptr<H2Link> H2Link::start(std::shared_ptr<net::Stream> stream, net::BufferPool& buffers,
                                      LinkTimes times, H2Links* all) {
  std::shared_ptr<H2Link> link(new H2Link(std::move(stream), buffers, times, all));
  run(link);
  return link;
}

net::Task<bool> H2Link::greeted(SteadyTime deadline) {
  while (!session_.greeted() && !is_leaving()) {
    const Wait wait = co_await greeting_.until(deadline);
    if (wait != Wait::ready) break;
  }
  co_return session_.greeted() && !is_leaving();
}

void H2Link::leave() {
  if (!is_leaving()) session_.shut_down();
}

void H2Link::cut() {
  session_.fail();
  stream_->interrupt();
}

net::Task<> H2Link::read() {
  for (int turns = 0;;) {
    if (!input_.empty()) {
      session_.receive(input_.view());
      input_.clear();
      if (!session_.deaf()) session_.dispatch();
      if (session_.greeted()) greeting_.wake();
    }
    if (session_.deaf() || session_.finished()) co_return;
    co_await writer_.unstuck();
    input_.release();
    const SteadyTime now = stream_->loop().now();
    const SteadyTime from = session_.streams() == 0 ? session_.idle_since() : now;
    const Wait wait = co_await stream_->readable(from + times_.idle);
    if (wait == Wait::interrupted) co_return;
    if (wait == Wait::timeout) {
      const bool idle =
          session_.streams() == 0 && stream_->loop().now() - session_.idle_since() >= times_.idle;
      if (idle) session_.shut_down();
      continue;
    }
    if (++turns % kTurnsAtOnce == 0) co_await stream_->loop().yield();
    input_.reserve();
    const net::IoResult result = stream_->recv(input_);
    if (result.io == Io::closed || result.io == Io::failed) {
      session_.fail();
      stream_->interrupt();  // the writer may wait for room
      co_return;
    }
  }
}

net::Detached H2Link::run(std::shared_ptr<H2Link> self) {
  self->writer_.start();
  co_await self->read();
  net::Join& written = self->writer_.done();
  co_await written;
  self->session_.fail();
  self->greeting_.wake();
  co_await self->session_.drained();
  self->ended_.finish();
}

}  // namespace gateway::proxy

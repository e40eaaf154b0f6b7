#include "gatewayd/proxy/upstream_pool.h"

#include <algorithm>
#include <utility>

namespace gateway::proxy {
namespace {

// For an instance that takes nothing of what it is sent; the requests have times of their own.
constexpr milliseconds kLinkPatience{60'000};

}  // namespace

void UpstreamConnection::Expiry::expired() {
  if (owner_.idle_in_ != nullptr) owner_.idle_in_->drop(owner_);
}

void UpstreamConnection::stream_stirred(bool peer_closed) {
  if (idle_in_ == nullptr || (!peer_closed && stream_->is_silent())) return;
  idle_in_->drop(*this);
}

void Upstream::configure(std::optional<net::Endpoint> endpoint, std::shared_ptr<net::TlsPeer> tls,
                         Limits limits) {
  if (endpoint != endpoint_ || tls != tls_ || limits.http2 != limits_.http2) close_idle();
  endpoint_ = endpoint;
  tls_ = std::move(tls);
  limits_ = limits;
  if (idle_.size() > limits_.max_idle) idle_.resize(limits_.max_idle);
  tell_idle();
}

DialQueue::Turn::~Turn() {
  queue_.taken_ = false;
  // A copy: who is woken leaves the list, and may wait again.
  const std::list<net::Pause*> waiting = queue_.waiting_;
  for (net::Pause* pause : waiting) {
    const bool waits =
        std::find(queue_.waiting_.begin(), queue_.waiting_.end(), pause) != queue_.waiting_.end();
    if (waits) pause->wake();
  }
}

net::Task<std::unique_ptr<UpstreamConnection>> Upstream::begin(std::unique_ptr<net::Stream> stream,
                                                               SteadyTime deadline) {
  if (!limits_.http2) co_return std::make_unique<UpstreamConnection>(std::move(stream), buffers_);
  const LinkTimes times{limits_.idle_timeout, kLinkPatience};
  const auto link = H2Link::start(std::move(stream), buffers_, times, &all_links_);
  const bool greeted = co_await link->greeted(deadline);
  http::H2Stream* first = greeted ? link->open() : nullptr;
  if (first == nullptr) {
    link->cut();
    co_return nullptr;
  }
  links_.push_back(link);
  co_return std::make_unique<UpstreamConnection>(link, *first, buffers_);
}

std::unique_ptr<UpstreamConnection> Upstream::take_stream() {
  std::erase_if(links_, [](const auto& link) { return link->is_leaving(); });
  for (const auto& link : links_) {
    http::H2Stream* stream = link->open();
    if (stream != nullptr) return std::make_unique<UpstreamConnection>(link, *stream, buffers_);
  }
  return nullptr;
}

void Upstream::close_idle() {
  idle_.clear();
  const auto links = std::exchange(links_, {});
  for (const auto& link : links) link->leave();
  tell_idle();
}

std::unique_ptr<UpstreamConnection> Upstream::take() {
  if (limits_.http2) return take_stream();
  while (!idle_.empty()) {
    std::unique_ptr<UpstreamConnection> connection = std::move(idle_.back());
    idle_.pop_back();
    tell_idle();
    connection->idle_in_ = nullptr;
    connection->expiry_.disarm();
    net::Stream& stream = connection->stream();
    stream.observe(nullptr);
    // What has come on an idle connection is no answer to a request that was not sent yet.
    if (stream.is_silent() && !stream.loop().has_pending(stream)) return connection;
  }
  return nullptr;
}

void Upstream::give(std::unique_ptr<UpstreamConnection> connection) {
  net::Stream& stream = connection->stream();
  if (connection->link_ != nullptr) return;
  if (idle_.size() >= limits_.max_idle || !connection->input.empty() || !stream.is_silent()) return;
  connection->input.release();
  connection->idle_in_ = this;
  stream.observe(connection.get());
  stream.loop().timers().arm(connection->expiry_, stream.loop().now() + limits_.idle_timeout);
  idle_.push_back(std::move(connection));
  tell_idle();
}

void Upstream::drop(UpstreamConnection& connection) {
  const auto found = std::find_if(idle_.begin(), idle_.end(),
                                  [&](const auto& idle) { return idle.get() == &connection; });
  if (found != idle_.end()) idle_.erase(found);
  tell_idle();
}

}  // namespace gateway::proxy

#include "gatewayd/proxy/upstream_pool.h"

#include <algorithm>

namespace gateway::proxy {

void UpstreamConnection::Expiry::expired() {
  if (owner_.idle_in_ != nullptr) owner_.idle_in_->drop(owner_);
}

void UpstreamConnection::stream_stirred(bool peer_closed) {
  if (idle_in_ == nullptr || (!peer_closed && stream_->is_silent())) return;
  idle_in_->drop(*this);
}

void Upstream::configure(std::optional<net::Endpoint> endpoint, std::shared_ptr<net::TlsPeer> tls,
                         Limits limits) {
  if (endpoint != endpoint_ || tls != tls_) close_idle();
  endpoint_ = endpoint;
  tls_ = std::move(tls);
  limits_ = limits;
  if (idle_.size() > limits_.max_idle) idle_.resize(limits_.max_idle);
  tell_idle();
}

std::unique_ptr<UpstreamConnection> Upstream::take() {
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

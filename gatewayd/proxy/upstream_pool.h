#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "gatewayd/metrics/pool_gauges.h"
#include "gatewayd/net/buffer_pool.h"
#include "gatewayd/net/endpoint.h"
#include "gatewayd/net/stream.h"
#include "gatewayd/net/tls_client.h"

namespace gateway::proxy {

class Upstream;

// One connection to an upstream instance. In use it belongs to the request; idle, to its Upstream,
// and whatever then stirs on it (bytes nobody asked for, a close) ends it.
class UpstreamConnection final : public net::StreamObserver {
 public:
  UpstreamConnection(std::unique_ptr<net::Stream> stream, net::BufferPool& buffers)
      : stream_(std::move(stream)), input(buffers) {}

  net::Stream& stream() { return *stream_; }

 private:
  friend class Upstream;

  class Expiry final : public net::Timer {
   public:
    explicit Expiry(UpstreamConnection& owner) : owner_(owner) {}

   private:
    void expired() override;
    UpstreamConnection& owner_;
  };

  void stream_stirred(bool peer_closed) override;

  std::unique_ptr<net::Stream> stream_;
  Upstream* idle_in_ = nullptr;
  Expiry expiry_{*this};

 public:
  net::Buffer input;  // received and not yet used; holds no memory while idle
};

// One instance as one worker sees it: where it is, and the idle connections to it. Lives as long
// as a view that names it, so that connections outlast a reload.
class Upstream {
 public:
  explicit Upstream(std::shared_ptr<metrics::PoolGauge> gauge) : gauge_(std::move(gauge)) {}

  struct Limits {
    std::uint32_t max_idle = 0;
    milliseconds idle_timeout{};
  };
  // `tls`: null: plain.
  void configure(std::optional<net::Endpoint> endpoint, std::shared_ptr<net::TlsPeer> tls,
                 Limits limits);

  const std::string& url() const { return gauge_->url; }
  const std::optional<net::Endpoint>& endpoint() const { return endpoint_; }  // none: unresolved
  // Whether a fault of TLS may be told again; once in a while.
  bool may_tell_fault(SteadyTime now) {
    constexpr milliseconds kPause{60'000};
    if (now - told_fault_ < kPause && told_fault_ != SteadyTime{}) return false;
    told_fault_ = now;
    return true;
  }
  net::TlsPeer* tls() const { return tls_.get(); }  // null: plain
  std::size_t idle() const { return idle_.size(); }

  // The idle connection used last, or nothing.
  std::unique_ptr<UpstreamConnection> take();
  // Keeps `connection` for a later request; closes it when there are enough, or when it is not
  // silent.
  void give(std::unique_ptr<UpstreamConnection> connection);
  void drop(UpstreamConnection& connection);
  void close_idle() {
    idle_.clear();
    tell_idle();
  }

 private:
  void tell_idle() {
    gauge_->idle.store(static_cast<std::uint32_t>(idle_.size()), std::memory_order_relaxed);
  }

  std::shared_ptr<metrics::PoolGauge> gauge_;
  std::optional<net::Endpoint> endpoint_;
  std::shared_ptr<net::TlsPeer> tls_;
  SteadyTime told_fault_{};
  Limits limits_;
  std::vector<std::unique_ptr<UpstreamConnection>> idle_;
};

}  // namespace gateway::proxy

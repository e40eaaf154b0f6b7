#pragma once

#include <cstdint>
#include <list>
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
#include "gatewayd/proxy/h2_link.h"

namespace gateway::proxy {

class Upstream;

// Of several requests that need a new HTTP/2 connection at once one makes it; the others wait until
// it is there, or has come to nothing.
class DialQueue {
 public:
  // Being the one, from its making to its end.
  class Turn {
   public:
    explicit Turn(DialQueue& queue) : queue_(queue) { queue_.taken_ = true; }
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    DialQueue& queue_;
  };
  bool taken() const { return taken_; }

  // A wait for the end of that turn, from its making to its end.
  class Place {
   public:
    Place(DialQueue& queue, net::Loop& loop) : queue_(queue), pause_(loop) {
      at_ = queue_.waiting_.insert(queue_.waiting_.end(), &pause_);
    }
    ~Place() { queue_.waiting_.erase(at_); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    net::Pause& pause() { return pause_; }

   private:
    DialQueue& queue_;
    net::Pause pause_;
    std::list<net::Pause*>::iterator at_;
  };

 private:
  bool taken_ = false;
  std::list<net::Pause*> waiting_;
};

// One connection to an upstream instance. In use it belongs to the request; idle, to its Upstream,
// and whatever then stirs on it (bytes nobody asked for, a close) ends it.
//
// Of an instance that speaks HTTP/2 it is a stream, which lives for one request.
class UpstreamConnection final : public net::StreamObserver {
 public:
  UpstreamConnection(std::unique_ptr<net::Stream> stream, net::BufferPool& buffers)
      : owned_(std::move(stream)), stream_(owned_.get()), input(buffers) {}
  UpstreamConnection(std::shared_ptr<H2Link> link, http::H2Stream& stream, net::BufferPool& buffers)
      : link_(std::move(link)), h2_(&stream), stream_(&stream), input(buffers) {}
  ~UpstreamConnection() override {
    if (link_ != nullptr) link_->release(*h2_);
  }

  net::Stream& stream() { return *stream_; }
  // The instance has said that it did not act on the request.
  bool refused() const { return h2_ != nullptr && h2_->refused(); }

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

  std::unique_ptr<net::Stream> owned_;  // or:
  std::shared_ptr<H2Link> link_;
  http::H2Stream* h2_ = nullptr;
  net::Stream* stream_;
  Upstream* idle_in_ = nullptr;
  Expiry expiry_{*this};

 public:
  net::Buffer input;  // received and not yet used; holds no memory while idle
};

// One instance as one worker sees it: where it is, and the idle connections to it. Lives as long
// as a view that names it, so that connections outlast a reload.
class Upstream {
 public:
  // `links`: of the worker.
  Upstream(std::shared_ptr<metrics::PoolGauge> gauge, net::BufferPool& buffers, H2Links& links)
      : gauge_(std::move(gauge)), buffers_(buffers), all_links_(links) {}

  struct Limits {
    std::uint32_t max_idle = 0;
    milliseconds idle_timeout{};
    bool http2 = false;  // what is spoken
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

  // The idle connection used last, or nothing. By HTTP/2: a stream on a connection with room.
  std::unique_ptr<UpstreamConnection> take();
  bool speaks_h2() const { return limits_.http2; }
  // Takes a connected stream into use; null: who is there does not speak HTTP/2, by `deadline` or
  // at all, or `stream` was interrupted.
  net::Task<std::unique_ptr<UpstreamConnection>> begin(std::unique_ptr<net::Stream> stream,
                                                       SteadyTime deadline);
  // Requests that wait for the connection which another one makes. By HTTP/2 alone.
  DialQueue& dials() { return dials_; }
  // Keeps `connection` for a later request; closes it when there are enough, or when it is not
  // silent.
  void give(std::unique_ptr<UpstreamConnection> connection);
  void drop(UpstreamConnection& connection);
  void close_idle();

 private:
  std::unique_ptr<UpstreamConnection> take_stream();
  void tell_idle() {
    gauge_->idle.store(static_cast<std::uint32_t>(idle_.size()), std::memory_order_relaxed);
  }

  std::shared_ptr<metrics::PoolGauge> gauge_;
  std::optional<net::Endpoint> endpoint_;
  std::shared_ptr<net::TlsPeer> tls_;
  SteadyTime told_fault_{};
  Limits limits_;
  net::BufferPool& buffers_;
  H2Links& all_links_;
  std::vector<std::shared_ptr<H2Link>> links_;
  DialQueue dials_;
  std::vector<std::unique_ptr<UpstreamConnection>> idle_;
};

}  // namespace gateway::proxy

#include "gatewayd/tracing/exporter.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <random>

#include "gatewayd/journal/yield_to_traffic.h"
#include "gatewayd/net/ask.h"
#include "shared/config/address.h"
#include "shared/policy/export_retry.h"

namespace gateway::tracing {
namespace {

constexpr std::uint64_t kMaxAnswer = 64u << 10;

net::Question question_to(const Settings& settings) {
  net::Question question;
  const auto url = config::parse_url(settings.endpoint);
  if (!url.ok()) std::abort();  // the config was checked
  question.tls = url->tls;
  question.host = url->host;
  question.address = parse_ip(url->host);
  question.port = url->port;
  question.method = "POST";
  question.target = url->path.empty() ? "/" : std::string(url->path);
  question.fields = {{"Content-Type", "application/json"}, {"User-Agent", "gatewayd"}};
  question.fields.insert(question.fields.end(), settings.headers.begin(), settings.headers.end());
  question.max_answer = kMaxAnswer;
  return question;
}

}  // namespace

SpanFigures& SpanFigures::operator+=(const SpanFigures& other) {
  sent += other.sent;
  dropped += other.dropped;
  lost += other.lost;
  rejected += other.rejected;
  waiting_bytes += other.waiting_bytes;
  return *this;
}

Exporter::Exporter(Settings settings, std::size_t workers, journal::DaemonLog& log)
    : settings_(std::move(settings)),
      log_(log),
      wake_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      batch_(settings_.service_name, GATEWAYD_VERSION) {
  for (std::size_t i = 0; i < workers; ++i) {
    lanes_.push_back(std::make_unique<Lane>(settings_.queue));
  }
  thread_ = std::thread([this] { run(); });
}

Exporter::~Exporter() {
  finish();
  if (wake_fd_ >= 0) ::close(wake_fd_);
}

void Exporter::finish() {
  if (!thread_.joinable()) return;
  end();
  {
    std::unique_lock lock(mutex_);
    if (!ended_.wait_for(lock, kLastWords, [this] { return has_ended_; })) stop_.request_stop();
  }
  thread_.join();
}

void Exporter::end() {
  ending_ = true;
  wake();
}

bool Exporter::has_ended() const {
  const std::lock_guard lock(mutex_);
  return has_ended_;
}

void Exporter::wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_fd_, &one, sizeof(one));
}

bool Exporter::push(std::size_t worker, const RequestSpan& request) {
  Lane& lane = *lanes_[worker];
  const bool taken = write_span(lane.ring, request);
  if (!taken) {
    lane.dropped.store(lane.dropped.load(std::memory_order_relaxed) + request.spans(),
                       std::memory_order_relaxed);
  }
  if (lane.ring.crossed_half()) wake();
  return taken;
}

SpanFigures Exporter::figures() const {
  SpanFigures figures{sent_, 0, lost_, rejected_, 0};
  for (const auto& lane : lanes_) {
    figures.dropped += lane->dropped.load(std::memory_order_relaxed);
    figures.waiting_bytes += lane->ring.used();
  }
  return figures;
}

// Without an eventfd, which only a process without descriptors has to do without, it sleeps on.
void Exporter::wait(milliseconds time) {
  pollfd wait{wake_fd_, POLLIN, 0};
  if (::poll(&wait, 1, static_cast<int>(time.count())) <= 0) return;
  std::uint64_t ignored = 0;
  [[maybe_unused]] const auto read = ::read(wake_fd_, &ignored, sizeof(ignored));
}

void Exporter::run() {
  journal::yield_to_traffic();
  while (!ending_) {
    wait(settings_.every);
    pass();
  }
  pass();
  // What a collector that is slow or gone leaves behind.
  for (collect(); batch_.spans() > 0; collect()) {
    lost_ += batch_.spans();
    batch_.take();
  }
  const std::lock_guard lock(mutex_);
  has_ended_ = true;
  ended_.notify_all();
}

// Sends what the rings hold; at the end, only as much as kLastWords leave time for.
void Exporter::pass() {
  const SteadyTime begun = SystemClock().steady_now();
  for (;;) {
    if (ending_ && SystemClock().steady_now() - begun > kLastWords) return;
    collect();
    if (batch_.spans() == 0) return;
    const bool full = batch_.requests() >= settings_.batch;
    const std::size_t spans = batch_.spans();
    deliver(spans, batch_.take());
    if (!full) return;
  }
}

// Fills the batch, from all workers in turn.
void Exporter::collect() {
  std::array<decision::AttemptNote, kMaxAttempts> attempts;
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    journal::Ring& ring = lanes_[(turn_ + i) % lanes_.size()]->ring;
    std::uint64_t at = ring.begin();
    while (batch_.requests() < settings_.batch) {
      const std::byte* frame = ring.next(at);
      if (frame == nullptr) break;
      batch_.add(read_span(frame, attempts));
    }
    ring.release(at);
  }
  ++turn_;
}

// Until the collector has taken the batch or is not to get it.
void Exporter::deliver(std::size_t spans, const std::string& body) {
  using Next = policy::ExportVerdict::Next;
  net::Question question = question_to(settings_);
  question.body = body;
  question.stop = stop_.get_token();
  static thread_local std::minstd_rand random(std::random_device{}());
  for (unsigned attempt = 1;; ++attempt) {
    question.timeout = ending_ ? std::min(settings_.timeout, kLastWords) : settings_.timeout;
    const auto reply = net::ask(question);
    const policy::ExportAnswer answer{reply.ok() ? reply->status : 0,
                                      reply.ok() ? reply->field("Retry-After") : "",
                                      SystemClock().unix_now()};
    const auto verdict =
        policy::judge_export(answer, attempt, static_cast<std::uint32_t>(random()));
    if (verdict.next == Next::taken) {
      const std::uint64_t rejected = std::min<std::uint64_t>(rejected_spans(reply->body), spans);
      sent_ += spans - rejected;
      rejected_ += rejected;
      return tell(true, "");
    }
    tell(false, reply.ok() ? fmt::format("it answers {}", reply->status) : reply.error().reason);
    const SteadyTime until = SystemClock().steady_now() + verdict.wait;
    while (verdict.next == Next::again && !ending_) {
      const auto rest = std::chrono::ceil<milliseconds>(until - SystemClock().steady_now());
      if (rest <= 0ms) break;
      wait(rest);
    }
    if (verdict.next == Next::lost || ending_) {
      lost_ += spans;
      return;
    }
  }
}

// Once when it begins and once when it is over, whatever a collector does in between.
void Exporter::tell(bool works, const std::string& why) {
  if (works == works_) return;
  works_ = works;
  if (works) {
    log_.info(fmt::format("the collector at {} takes spans again", settings_.endpoint));
  } else {
    log_.warning(
        fmt::format("spans do not reach the collector at {}: {}; they wait in [tracing] "
                    "queue, and what finds it full is dropped",
                    settings_.endpoint, why));
  }
}

}  // namespace gateway::tracing

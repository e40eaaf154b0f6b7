#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace gateway {

// What workers hand things to off the request path, over reloads: an Exporter of spans, an
// AccessLog. A configuration that says the same about it keeps it, with what waits in it. Sink has
// settings(), end(), has_ended(), finish() and figures(). Changed by main's thread and by reloads,
// one at a time; the rest any thread.
template <class Sink>
class CarriedOver {
 public:
  using Figures = decltype(std::declval<const Sink&>().figures());
  using Settings = std::remove_cvref_t<decltype(std::declval<const Sink&>().settings())>;

  // What workers are to report to; null: nothing is reported.
  Sink* current() const {
    const std::lock_guard lock(mutex_);
    return current_.get();
  }
  bool has(const Settings& settings) const {
    const std::lock_guard lock(mutex_);
    return current_ != nullptr && current_->settings() == settings;
  }

  // Takes the place of the one before, which lives on until settle(); null: nothing does.
  void replace(std::unique_ptr<Sink> next) {
    const std::lock_guard lock(mutex_);
    was_used_ = was_used_ || next != nullptr;
    if (current_ != nullptr) left_.push_back(std::move(current_));
    current_ = std::move(next);
  }

  // Once no worker reports to the ones before: has them end, and lets go of those that have.
  void settle() {
    const std::lock_guard lock(mutex_);
    for (const auto& sink : left_) sink->end();
    const auto gone = std::partition(left_.begin(), left_.end(),
                                     [](const auto& sink) { return !sink->has_ended(); });
    for (auto sink = gone; sink != left_.end(); ++sink) past_ += (*sink)->figures();
    left_.erase(gone, left_.end());
  }

  // When no worker is left.
  void end() {
    const std::lock_guard lock(mutex_);
    for (const auto& sink : left_) sink->end();
    if (current_ != nullptr) current_->finish();
    for (const auto& sink : left_) sink->finish();
  }

  // Of this process; never goes back.
  Figures figures() const {
    const std::lock_guard lock(mutex_);
    Figures figures = past_;
    if (current_ != nullptr) figures += current_->figures();
    for (const auto& sink : left_) figures += sink->figures();
    return figures;
  }
  bool was_used() const {
    const std::lock_guard lock(mutex_);
    return was_used_;
  }

 private:
  mutable std::mutex mutex_;  // guards what follows
  std::unique_ptr<Sink> current_;
  std::vector<std::unique_ptr<Sink>> left_;
  Figures past_{};
  bool was_used_ = false;
};

}  // namespace gateway

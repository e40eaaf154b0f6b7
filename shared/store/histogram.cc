#include "shared/store/histogram.h"

#include <bit>
#include <cassert>
#include <cmath>
#include <utility>

#include "shared/store/varint.h"

namespace gateway::store {
namespace {

// Walks the non-empty buckets of an encoded histogram.
class Buckets {
 public:
  explicit Buckets(std::string_view bytes) : bytes_(bytes) { next(); }

  void next() {
    done_ = bytes_.empty();
    if (done_) return;
    std::uint64_t distance = 0;
    intact_ = get_varint(bytes_, distance) && get_varint(bytes_, count_) &&
              distance < Histogram::kBuckets - bucket_;
    done_ = !intact_;
    if (intact_) bucket_ += static_cast<std::uint32_t>(distance);
  }

  bool done() const { return done_; }
  bool intact() const { return intact_; }
  std::uint32_t bucket() const { return bucket_; }
  std::uint64_t count() const { return count_; }

 private:
  std::string_view bytes_;
  std::uint32_t bucket_ = 0;
  std::uint64_t count_ = 0;
  bool intact_ = true;
  bool done_ = false;
};

// Writes buckets in rising order.
class BucketWriter {
 public:
  void put(std::uint32_t bucket, std::uint64_t count) {
    put_varint(out_, bucket - last_);
    put_varint(out_, count);
    last_ = bucket;
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
  std::uint32_t last_ = 0;
};

}  // namespace

std::uint32_t Histogram::bucket_of(std::uint32_t value) {
  if (value < kLaneSize) return value;
  const auto octave = static_cast<std::uint32_t>(std::bit_width(value)) - 6;
  return octave * kLaneSize + (value >> octave);
}

std::uint32_t Histogram::middle_of(std::uint32_t bucket) {
  if (bucket < 2 * kLaneSize) return bucket;
  const std::uint32_t octave = bucket / kLaneSize - 1;
  const std::uint32_t lowest = (kLaneSize + bucket % kLaneSize) << octave;
  return lowest + ((1u << octave) - 1) / 2;
}

void Histogram::add_bucket(std::uint32_t bucket, std::uint64_t count) {
  assert(bucket < kBuckets);
  std::uint8_t& lane = lane_of_octave_[bucket / kLaneSize];
  if (lane == 0) {
    lanes_.emplace_back(Lane{});
    lane = static_cast<std::uint8_t>(lanes_.size());
  }
  lanes_[lane - 1u][bucket % kLaneSize] += count;
  count_ += count;
}

void Histogram::merge(const Histogram& other) {
  for (std::uint32_t octave = 0; octave < kLanes; ++octave) {
    const std::uint8_t lane = other.lane_of_octave_[octave];
    if (lane == 0) continue;
    for (std::uint32_t i = 0; i < kLaneSize; ++i) {
      const std::uint64_t count = other.lanes_[lane - 1u][i];
      if (count > 0) add_bucket(octave * kLaneSize + i, count);
    }
  }
}

void Histogram::clear() {
  lane_of_octave_.fill(0);
  lanes_.clear();
  count_ = 0;
}

std::uint32_t Histogram::percentile(double fraction) const {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(fraction * static_cast<double>(count_)));
  const std::uint64_t rank = wanted == 0 ? 1 : wanted;
  std::uint64_t passed = 0;
  for (std::uint32_t octave = 0; octave < kLanes; ++octave) {
    const std::uint8_t lane = lane_of_octave_[octave];
    if (lane == 0) continue;
    for (std::uint32_t i = 0; i < kLaneSize; ++i) {
      passed += lanes_[lane - 1u][i];
      if (passed >= rank) return middle_of(octave * kLaneSize + i);
    }
  }
  return 0;
}

std::string Histogram::encode() const {
  BucketWriter out;
  for (std::uint32_t octave = 0; octave < kLanes; ++octave) {
    const std::uint8_t lane = lane_of_octave_[octave];
    if (lane == 0) continue;
    for (std::uint32_t i = 0; i < kLaneSize; ++i) {
      const std::uint64_t count = lanes_[lane - 1u][i];
      if (count > 0) out.put(octave * kLaneSize + i, count);
    }
  }
  return out.take();
}

bool Histogram::merge_encoded(std::string_view bytes) {
  Buckets buckets(bytes);
  for (; !buckets.done(); buckets.next()) add_bucket(buckets.bucket(), buckets.count());
  return buckets.intact();
}

std::string Histogram::sum_encoded(std::string_view left, std::string_view right) {
  Buckets a(left);
  Buckets b(right);
  BucketWriter out;
  while (!a.done() || !b.done()) {
    const bool from_a = !a.done() && (b.done() || a.bucket() <= b.bucket());
    const bool from_b = !b.done() && (a.done() || b.bucket() <= a.bucket());
    const std::uint32_t bucket = from_a ? a.bucket() : b.bucket();
    out.put(bucket, (from_a ? a.count() : 0) + (from_b ? b.count() : 0));
    if (from_a) a.next();
    if (from_b) b.next();
  }
  return out.take();
}

}  // namespace gateway::store

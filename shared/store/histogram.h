#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gateway::store {

// Counts of 32-bit values (microseconds) in log-linear buckets: exact below 32, then 32 buckets for
// each doubling, so that a value given back from its bucket's middle is at most 1.6 % off. Memory
// follows the octaves in use: 256 bytes each. One thread at a time.
class Histogram {
 public:
  static constexpr std::uint32_t kBuckets = 896;

  static std::uint32_t bucket_of(std::uint32_t value);
  static std::uint32_t middle_of(std::uint32_t bucket);

  void add(std::uint32_t value) { add_bucket(bucket_of(value), 1); }
  void add_bucket(std::uint32_t bucket, std::uint64_t count);
  void merge(const Histogram& other);
  void clear();

  std::uint64_t count() const { return count_; }

  // The middle of the bucket that holds the value of rank ceil(fraction * count); 0 when empty.
  std::uint32_t percentile(double fraction) const;

  // Non-empty buckets as pairs of LEB128 varints: distance from the bucket before, count.
  std::string encode() const;
  // Adds what encode() wrote. False for bytes it never writes; what came before them is added.
  bool merge_encoded(std::string_view bytes);
  // The encoded sum of two encoded histograms, without building either. Bytes that encode() never
  // writes end their side there.
  static std::string sum_encoded(std::string_view left, std::string_view right);

 private:
  static constexpr std::uint32_t kLaneSize = 32;
  static constexpr std::uint32_t kLanes = kBuckets / kLaneSize;
  using Lane = std::array<std::uint64_t, kLaneSize>;

  std::array<std::uint8_t, kLanes> lane_of_octave_{};  // 1 + index in lanes_; 0: no value yet
  std::vector<Lane> lanes_;
  std::uint64_t count_ = 0;
};

}  // namespace gateway::store

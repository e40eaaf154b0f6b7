#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/policy/content_coding.h"

namespace gateway::http {

// Compresses one body as it comes. One thread.
class Encoder {
 public:
  virtual ~Encoder() = default;
  // Each appends to `out` what there is of the coded body; false: the library is out of memory, and
  // the body cannot go on.
  virtual bool write(std::string_view data, std::string& out) = 0;
  // So that a reader of `out` has all that was written.
  virtual bool flush(std::string& out) = 0;
  virtual bool finish(std::string& out) = 0;
  // Makes it fit for another body of `length` bytes, or of an unknown length.
  virtual bool restart(std::optional<std::uint64_t> length) = 0;
};

// Encoders of one worker: at most `most` at once, and what a burst took beyond kKept of a kind goes
// back to the system. One holds 55 KiB (gzip of up to 8 KiB; next to nothing within 128 bytes),
// 262 KiB (gzip), up to 1.8 MiB (zstd) or 3.7 MiB (br), as measured.
class EncoderPool {
 public:
  // What gives itself back at its end.
  class Lease {
   public:
    Lease() = default;
    Lease(EncoderPool& pool, std::size_t kind, std::unique_ptr<Encoder> encoder)
        : pool_(&pool), kind_(kind), encoder_(std::move(encoder)) {}
    Lease(Lease&& other) noexcept = default;
    Lease& operator=(Lease&& other) noexcept;
    ~Lease() {
      if (encoder_ != nullptr) give_back();
    }
    explicit operator bool() const { return encoder_ != nullptr; }
    Encoder* operator->() const { return encoder_.get(); }

   private:
    void give_back();
    EncoderPool* pool_ = nullptr;
    std::size_t kind_ = 0;
    std::unique_ptr<Encoder> encoder_;
  };

  // Empty: there are `most` already, or no memory. `length`: of the body, when it is known.
  Lease take(policy::Coding coding, std::optional<std::uint64_t> length, std::size_t most);
  std::size_t active() const { return active_; }

 private:
  static constexpr std::size_t kKinds = policy::kCodings + 2;  // gzip has three
  static constexpr std::size_t kKept = 4;

  std::size_t active_ = 0;
  std::vector<std::unique_ptr<Encoder>> free_[kKinds];
};

}  // namespace gateway::http

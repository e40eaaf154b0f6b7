#include "gatewayd/http/encoder.h"

#include "gatewayd/http/encoders.h"

namespace gateway::http {
namespace {

using policy::Coding;

constexpr std::size_t kSmallGzip = policy::kCodings;
constexpr std::size_t kShortGzip = policy::kCodings + 1;

std::size_t kind_of(Coding coding, std::optional<std::uint64_t> length) {
  if (coding == Coding::gzip && length && *length <= kShortBody) return kShortGzip;
  if (coding == Coding::gzip && length && *length <= kSmallBody) return kSmallGzip;
  return static_cast<std::size_t>(coding);
}

std::unique_ptr<Encoder> make(std::size_t kind) {
  switch (kind) {
    case kShortGzip:
      return make_short_gzip_encoder();
    case kSmallGzip:
      return make_gzip_encoder(GzipSize::small);
    case static_cast<std::size_t>(Coding::br):
      return make_brotli_encoder();
    case static_cast<std::size_t>(Coding::zstd):
      return make_zstd_encoder();
    default:
      return make_gzip_encoder(GzipSize::large);
  }
}

}  // namespace

EncoderPool::Lease& EncoderPool::Lease::operator=(Lease&& other) noexcept {
  if (encoder_ != nullptr) give_back();
  pool_ = other.pool_;
  kind_ = other.kind_;
  encoder_ = std::move(other.encoder_);
  return *this;
}

void EncoderPool::Lease::give_back() {
  --pool_->active_;
  auto& kept = pool_->free_[kind_];
  if (kept.size() < kKept) kept.push_back(std::move(encoder_));
  encoder_.reset();
}

EncoderPool::Lease EncoderPool::take(Coding coding, std::optional<std::uint64_t> length,
                                     std::size_t most) {
  if (active_ >= most) return {};
  const std::size_t kind = kind_of(coding, length);
  std::unique_ptr<Encoder> encoder;
  if (free_[kind].empty()) {
    encoder = make(kind);
  } else {
    encoder = std::move(free_[kind].back());
    free_[kind].pop_back();
  }
  if (encoder == nullptr || !encoder->restart(length)) return {};
  ++active_;
  return {*this, kind, std::move(encoder)};
}

}  // namespace gateway::http

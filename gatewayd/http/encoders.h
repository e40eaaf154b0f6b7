#pragma once

#include "gatewayd/http/encoder.h"

namespace gateway::http {

// A body of up to so many bytes needs no large window.
inline constexpr std::uint64_t kSmallBody = 8 * 1024;

enum class GzipSize : std::uint8_t { small, large };

// One for each library; null: out of memory.
std::unique_ptr<Encoder> make_gzip_encoder(GzipSize size);
std::unique_ptr<Encoder> make_brotli_encoder();
std::unique_ptr<Encoder> make_zstd_encoder();

}  // namespace gateway::http

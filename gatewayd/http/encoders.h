#pragma once

#include "gatewayd/http/encoder.h"

namespace gateway::http {

// A body of up to so many bytes needs no large window.
inline constexpr std::uint64_t kSmallBody = 8 * 1024;
// One of up to so many gains next to nothing from codes of its own.
inline constexpr std::size_t kShortBody = 128;

enum class GzipSize : std::uint8_t { small, large };

// One of a library each, but for the short one; null: out of memory.
std::unique_ptr<Encoder> make_gzip_encoder(GzipSize size);
std::unique_ptr<Encoder> make_short_gzip_encoder();  // for up to kShortBody
std::unique_ptr<Encoder> make_brotli_encoder();
std::unique_ptr<Encoder> make_zstd_encoder();

}  // namespace gateway::http

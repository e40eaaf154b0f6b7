#include "decoded.h"

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

namespace gateway::http {
namespace {

constexpr std::size_t kMost = 1 << 20;

struct Read {
  std::string text;
  bool good = false;
  bool whole = false;
};

Read read_gzip(std::string_view bytes) {
  Read read;
  read.text.resize(kMost);
  z_stream stream{};
  ::inflateInit2(&stream, 15 + 16);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(read.text.data());
  stream.avail_out = static_cast<uInt>(read.text.size());
  const int result = ::inflate(&stream, Z_SYNC_FLUSH);
  read.text.resize(read.text.size() - stream.avail_out);
  ::inflateEnd(&stream);
  read.good = result == Z_OK || result == Z_STREAM_END;
  read.whole = result == Z_STREAM_END && stream.avail_in == 0;
  return read;
}

Read read_brotli(std::string_view bytes) {
  Read read;
  read.text.resize(kMost);
  auto* state = ::BrotliDecoderCreateInstance(nullptr, nullptr, nullptr);
  std::size_t left = bytes.size();
  const auto* next = reinterpret_cast<const std::uint8_t*>(bytes.data());
  std::size_t room = read.text.size();
  auto* out = reinterpret_cast<std::uint8_t*>(read.text.data());
  const auto result = ::BrotliDecoderDecompressStream(state, &left, &next, &room, &out, nullptr);
  read.text.resize(read.text.size() - room);
  ::BrotliDecoderDestroyInstance(state);
  read.good = result != BROTLI_DECODER_RESULT_ERROR;
  read.whole = result == BROTLI_DECODER_RESULT_SUCCESS && left == 0;
  return read;
}

Read read_zstd(std::string_view bytes) {
  Read read;
  read.text.resize(kMost);
  auto* context = ::ZSTD_createDCtx();
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  ZSTD_outBuffer out{read.text.data(), read.text.size(), 0};
  const std::size_t result = ::ZSTD_decompressStream(context, &out, &in);
  read.text.resize(out.pos);
  ::ZSTD_freeDCtx(context);
  read.good = !::ZSTD_isError(result);
  read.whole = result == 0 && in.pos == in.size;
  return read;
}

Read read(policy::Coding coding, std::string_view bytes) {
  switch (coding) {
    case policy::Coding::gzip:
      return read_gzip(bytes);
    case policy::Coding::br:
      return read_brotli(bytes);
    case policy::Coding::zstd:
      return read_zstd(bytes);
  }
  return {};
}

}  // namespace

std::string decoded(policy::Coding coding, std::string_view bytes) {
  const Read all = read(coding, bytes);
  return all.good && all.whole ? all.text : "(broken)";
}

std::string decoded_so_far(policy::Coding coding, std::string_view bytes) {
  const Read all = read(coding, bytes);
  return all.good ? all.text : "(broken)";
}

}  // namespace gateway::http

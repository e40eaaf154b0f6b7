#include <zstd.h>

#include <algorithm>

#include "gatewayd/http/encoders.h"

namespace gateway::http {
namespace {

constexpr int kLevel = 3;
// RFC 8878 has readers of the web take windows up to 8 MiB; this one bounds memory here.
constexpr int kWindowBits = 18;
constexpr std::size_t kRoom = 4096;

class ZstdEncoder final : public Encoder {
 public:
  ZstdEncoder() : context_(::ZSTD_createCCtx()) {}
  ~ZstdEncoder() override { ::ZSTD_freeCCtx(context_); }
  ZstdEncoder(const ZstdEncoder&) = delete;
  ZstdEncoder& operator=(const ZstdEncoder&) = delete;
  bool good() const { return context_ != nullptr; }

  bool write(std::string_view data, std::string& out) override {
    return run(data, ZSTD_e_continue, out);
  }
  bool flush(std::string& out) override { return run({}, ZSTD_e_flush, out); }
  bool finish(std::string& out) override { return run({}, ZSTD_e_end, out); }
  bool restart(std::optional<std::uint64_t> length) override {
    ::ZSTD_CCtx_reset(context_, ZSTD_reset_session_and_parameters);
    ::ZSTD_CCtx_setParameter(context_, ZSTD_c_compressionLevel, kLevel);
    ::ZSTD_CCtx_setParameter(context_, ZSTD_c_windowLog, kWindowBits);
    // Tables of the size that the body needs; a body of another length would be an error.
    if (length) ::ZSTD_CCtx_setPledgedSrcSize(context_, *length);
    return true;
  }

 private:
  bool run(std::string_view data, ZSTD_EndDirective directive, std::string& out) {
    ZSTD_inBuffer in{data.data(), data.size(), 0};
    std::size_t left = 0;
    do {
      const std::size_t before = out.size();
      out.resize(before + std::max<std::size_t>(kRoom, data.size() / 2));
      ZSTD_outBuffer to{out.data() + before, out.size() - before, 0};
      left = ::ZSTD_compressStream2(context_, &to, &in, directive);
      out.resize(before + to.pos);
      if (::ZSTD_isError(left)) return false;
    } while (directive == ZSTD_e_continue ? in.pos < in.size : left != 0);
    return true;
  }

  ZSTD_CCtx* context_;
};

}  // namespace

std::unique_ptr<Encoder> make_zstd_encoder() {
  auto encoder = std::make_unique<ZstdEncoder>();
  if (!encoder->good()) return nullptr;
  return encoder;
}

}  // namespace gateway::http

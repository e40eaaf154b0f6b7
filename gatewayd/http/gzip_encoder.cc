#include <zlib.h>

#include <algorithm>
#include <climits>

#include "gatewayd/http/encoders.h"

namespace gateway::http {
namespace {

constexpr int kLevel = 5;
constexpr int kGzip = 16;  // added to the window's bits: a gzip header and trailer
constexpr std::size_t kRoom = 4096;

class GzipEncoder final : public Encoder {
 public:
  explicit GzipEncoder(GzipSize size) {
    const bool small = size == GzipSize::small;
    good_ = ::deflateInit2(&stream_, kLevel, Z_DEFLATED, (small ? 13 : 15) + kGzip, small ? 5 : 8,
                           Z_DEFAULT_STRATEGY) == Z_OK;
  }
  ~GzipEncoder() override {
    if (good_) ::deflateEnd(&stream_);
  }
  GzipEncoder(const GzipEncoder&) = delete;
  GzipEncoder& operator=(const GzipEncoder&) = delete;
  bool good() const { return good_; }

  bool write(std::string_view data, std::string& out) override {
    while (!data.empty()) {
      const std::size_t some = std::min<std::size_t>(data.size(), UINT_MAX);
      if (!run(data.substr(0, some), Z_NO_FLUSH, out)) return false;
      data.remove_prefix(some);
    }
    return true;
  }
  bool flush(std::string& out) override { return run({}, Z_SYNC_FLUSH, out); }
  bool finish(std::string& out) override { return run({}, Z_FINISH, out); }
  bool restart(std::optional<std::uint64_t>) override { return ::deflateReset(&stream_) == Z_OK; }

 private:
  bool run(std::string_view data, int flush, std::string& out) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
    stream_.avail_in = static_cast<uInt>(data.size());
    int result = Z_OK;
    do {
      const std::size_t before = out.size();
      out.resize(before + std::max<std::size_t>(kRoom, data.size() / 2));
      stream_.next_out = reinterpret_cast<Bytef*>(out.data() + before);
      stream_.avail_out = static_cast<uInt>(out.size() - before);
      result = ::deflate(&stream_, flush);
      const bool full = stream_.avail_out == 0;
      out.resize(out.size() - stream_.avail_out);
      if (result == Z_STREAM_ERROR) return false;
      if (!full) break;
    } while (result != Z_STREAM_END);
    return true;
  }

  z_stream stream_{};
  bool good_ = false;
};

}  // namespace

std::unique_ptr<Encoder> make_gzip_encoder(GzipSize size) {
  auto encoder = std::make_unique<GzipEncoder>(size);
  if (!encoder->good()) return nullptr;
  return encoder;
}

}  // namespace gateway::http

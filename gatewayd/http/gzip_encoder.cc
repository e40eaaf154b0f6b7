#include <zlib.h>

#include <algorithm>
#include <climits>

#include "gatewayd/http/encoders.h"

namespace gateway::http {
namespace {

constexpr int kLevel = 5;
// Of a small body: 1 to 3 % more bytes than level 5 makes, in two thirds of its time or less.
constexpr int kSmallLevel = 1;
constexpr int kGzip = 16;  // added to the window's bits: a gzip header and trailer
constexpr std::size_t kRoom = 8192;

class GzipEncoder final : public Encoder {
 public:
  explicit GzipEncoder(GzipSize size) {
    const bool small = size == GzipSize::small;
    good_ = ::deflateInit2(&stream_, small ? kSmallLevel : kLevel, Z_DEFLATED,
                           (small ? 13 : 15) + kGzip, small ? 5 : 8, Z_DEFAULT_STRATEGY) == Z_OK;
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
    char room[kRoom];
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(room);
      stream_.avail_out = sizeof(room);
      if (::deflate(&stream_, flush) == Z_STREAM_ERROR) return false;
      out.append(room, sizeof(room) - stream_.avail_out);
    } while (stream_.avail_out == 0);
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

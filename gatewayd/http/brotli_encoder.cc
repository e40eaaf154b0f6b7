#include <brotli/encode.h>

#include <algorithm>

#include "gatewayd/http/encoders.h"

namespace gateway::http {
namespace {

// Quality 4 takes nearly as long, compresses less and holds twice the memory; the window bounds that.
constexpr std::uint32_t kQuality = 5;
constexpr std::uint32_t kWindowBits = 18;
constexpr std::uint32_t kSmallWindowBits = 14;

class BrotliEncoder final : public Encoder {
 public:
  ~BrotliEncoder() override { ::BrotliEncoderDestroyInstance(state_); }
  BrotliEncoder() = default;
  BrotliEncoder(const BrotliEncoder&) = delete;
  BrotliEncoder& operator=(const BrotliEncoder&) = delete;

  bool write(std::string_view data, std::string& out) override {
    return run(data, BROTLI_OPERATION_PROCESS, out);
  }
  bool flush(std::string& out) override { return run({}, BROTLI_OPERATION_FLUSH, out); }
  bool finish(std::string& out) override {
    const bool good = run({}, BROTLI_OPERATION_FINISH, out);
    // The library cannot start a state anew, so none of it waits in the pool.
    ::BrotliEncoderDestroyInstance(state_);
    state_ = nullptr;
    return good;
  }
  bool restart(std::optional<std::uint64_t> length) override {
    ::BrotliEncoderDestroyInstance(state_);
    state_ = ::BrotliEncoderCreateInstance(nullptr, nullptr, nullptr);
    if (state_ == nullptr) return false;
    const bool small = length && *length <= kSmallBody;
    ::BrotliEncoderSetParameter(state_, BROTLI_PARAM_QUALITY, kQuality);
    ::BrotliEncoderSetParameter(state_, BROTLI_PARAM_LGWIN, small ? kSmallWindowBits : kWindowBits);
    if (length) {
      const auto hint = static_cast<std::uint32_t>(std::min<std::uint64_t>(*length, 1u << 30));
      ::BrotliEncoderSetParameter(state_, BROTLI_PARAM_SIZE_HINT, hint);
    }
    return true;
  }

 private:
  bool run(std::string_view data, BrotliEncoderOperation operation, std::string& out) {
    std::size_t left = data.size();
    const auto* next = reinterpret_cast<const std::uint8_t*>(data.data());
    std::size_t none = 0;
    do {
      if (!::BrotliEncoderCompressStream(state_, operation, &left, &next, &none, nullptr,
                                         nullptr)) {
        return false;
      }
      std::size_t size = 0;
      const std::uint8_t* bytes = ::BrotliEncoderTakeOutput(state_, &size);
      out.append(reinterpret_cast<const char*>(bytes), size);
    } while (left > 0 || ::BrotliEncoderHasMoreOutput(state_));
    return true;
  }

  BrotliEncoderState* state_ = nullptr;
};

}  // namespace

std::unique_ptr<Encoder> make_brotli_encoder() {
  return std::make_unique<BrotliEncoder>();
}

}  // namespace gateway::http

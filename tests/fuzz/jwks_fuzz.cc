// JWK Sets and PEM texts from the input: what is taken as a key is one within the bounds, and a
// public text never makes a secret.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "shared/policy/jwk.h"

namespace {

using namespace gateway::policy;

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const LoadedKeys& loaded, bool secrets) {
  require(loaded.keys.size() <= kMaxKeys && loaded.notes.size() <= kMaxKeys + 1);
  for (const auto& key : loaded.keys) {
    require(key != nullptr && key->kid().size() <= kMaxKidSize);
    require(secrets || key->kind() != KeyKind::secret);
    for (std::size_t i = 0; i < kJwsAlgorithms; ++i) {
      const auto algorithm = static_cast<JwsAlgorithm>(i);
      require(!key->verify(algorithm, "text", ""));
      require(!key->verify(algorithm, "text", std::string(64, '\0')));
      require(!key->verify(algorithm, "text", std::string(64, '\x01')));
    }
  }
  for (const std::string& note : loaded.notes) {
    for (const char c : note) require(static_cast<unsigned char>(c) >= 0x20);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  check(load_jwks(input, JwksSource::url), false);
  check(load_jwks(input, JwksSource::file), true);
  check(load_pem(input), false);
  return 0;
}

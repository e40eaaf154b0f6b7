#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace gateway::policy {

// The signature algorithms of RFC 7518 §3.1 and RFC 8037 §3.1. `none` is not among them.
enum class JwsAlgorithm : std::uint8_t {
  hs256,
  hs384,
  hs512,
  rs256,
  rs384,
  rs512,
  ps256,
  ps384,
  ps512,
  es256,
  es384,
  es512,
  eddsa,
};
inline constexpr std::size_t kJwsAlgorithms = 13;

// What a key is good for. Each algorithm asks for exactly one kind, so that a key of one kind is
// never used as another.
enum class KeyKind : std::uint8_t { secret, rsa, p256, p384, p521, ed25519 };

// By its exact name, in upper and lower case as registered.
std::optional<JwsAlgorithm> parse_jws_algorithm(std::string_view name);
std::string_view to_string(JwsAlgorithm algorithm);
KeyKind kind_of(JwsAlgorithm algorithm);
bool is_pss(JwsAlgorithm algorithm);
// Of the algorithm's hash: "SHA256", …; empty for EdDSA, which has its own.
const char* hash_name(JwsAlgorithm algorithm);
// Bytes that the algorithm's hash gives; 0 for EdDSA.
std::size_t hash_size(JwsAlgorithm algorithm);

class JwsAlgorithms {
 public:
  void add(JwsAlgorithm algorithm) { bits_ |= bit(algorithm); }
  bool contains(JwsAlgorithm algorithm) const { return (bits_ & bit(algorithm)) != 0; }
  std::uint32_t bits() const { return bits_; }

 private:
  static std::uint32_t bit(JwsAlgorithm algorithm) {
    return 1U << static_cast<unsigned>(algorithm);
  }
  std::uint32_t bits_ = 0;
};

}  // namespace gateway::policy

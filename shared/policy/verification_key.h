#pragma once

#include <openssl/types.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "shared/policy/jws_algorithm.h"
#include "shared/policy/sha256.h"

namespace gateway::policy {

struct OpensslFree {
  void operator()(EVP_PKEY* key) const;
  void operator()(EVP_MD_CTX* context) const;
  void operator()(EVP_MAC_CTX* context) const;
};
using EvpKey = std::unique_ptr<EVP_PKEY, OpensslFree>;

inline constexpr int kMinRsaBits = 2048;  // RFC 7518 §3.3
inline constexpr int kMaxRsaBits = 8192;  // what lies above costs a verifier too much
inline constexpr std::size_t kMaxSecretSize = 4096;
inline constexpr std::size_t kMaxSignatureSize = kMaxRsaBits / 8;

// A key that signatures are checked with. Everything that depends on the key alone is prepared once
// at its making. Immutable; any number of threads.
class VerificationKey {
 public:
  // What a key says of itself; both parts may be missing.
  struct Label {
    std::string kid;                   // empty: none
    std::optional<JwsAlgorithm> only;  // the one algorithm it may be used with
  };
  using Pointer = std::shared_ptr<const VerificationKey>;

  // A public key: RSA of kMinRsaBits to kMaxRsaBits and an ordinary exponent, EC on P-256, P-384 or
  // P-521 as a named curve, or Ed25519. Nothing for any other, `why` then points to a static text.
  static Pointer from_public(EvpKey key, Label label, const char*& why);
  // Bytes that both sides know, 1 to kMaxSecretSize; the only way to a key of the HS algorithms, so
  // that no public key ever becomes one. A secret shorter than the hash (RFC 7518 §3.2) is taken:
  // whoever moves here has tokens signed with it; see is_short().
  static Pointer from_secret(std::string_view secret, Label label, const char*& why);

  KeyKind kind() const { return kind_; }
  const std::string& kid() const { return label_.kid; }
  // True when the algorithm asks for this kind of key, and the key's own label does not forbid it.
  bool serves(JwsAlgorithm algorithm) const {
    return kind_of(algorithm) == kind_ && (!label_.only || *label_.only == algorithm);
  }
  // True for a secret with fewer bytes than the hash of `algorithm` gives.
  bool is_short(JwsAlgorithm algorithm) const {
    return kind_ == KeyKind::secret && secret_size_ < hash_size(algorithm);
  }
  // Tells one key from another, label included; not a secret's digest that could be searched
  // offline in a shorter time than the key itself.
  const Sha256& fingerprint() const { return fingerprint_; }

  // True when `signature` is a signature of `signed_text` by this key (RFC 7518 §3, RFC 8037 §3.1).
  // False as well when the key does not serve the algorithm. Never throws; leaves no OpenSSL
  // errors.
  bool verify(JwsAlgorithm algorithm, std::string_view signed_text,
              std::string_view signature) const;

 private:
  VerificationKey() = default;

  bool prepare_secret(std::string_view secret);
  bool prepare_public();
  bool verify_secret(std::size_t slot, std::string_view text, std::string_view mac) const;
  bool verify_public(std::size_t slot, std::string_view text, std::string_view signature) const;
  std::string ecdsa_der(std::string_view raw) const;

  // The algorithms of one kind stand side by side in the enum; a prepared context for each.
  static constexpr std::size_t kSlots = 6;
  std::size_t slot_of(JwsAlgorithm algorithm) const;

  KeyKind kind_ = KeyKind::secret;
  Label label_;
  EvpKey key_;
  std::size_t secret_size_ = 0;
  std::string order_;  // of an EC key's curve, as wide as r and s
  std::array<std::unique_ptr<EVP_MD_CTX, OpensslFree>, kSlots> prepared_;
  std::array<std::unique_ptr<EVP_MAC_CTX, OpensslFree>, kSlots> macs_;
  Sha256 fingerprint_{};
};

}  // namespace gateway::policy

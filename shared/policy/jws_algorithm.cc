#include "shared/policy/jws_algorithm.h"

#include <array>

namespace gateway::policy {
namespace {

struct Row {
  std::string_view name;
  KeyKind kind;
  const char* hash;
  std::uint8_t hash_size;
};

// In the order of the enum.
constexpr std::array<Row, kJwsAlgorithms> kRows = {{
    {"HS256", KeyKind::secret, "SHA256", 32},
    {"HS384", KeyKind::secret, "SHA384", 48},
    {"HS512", KeyKind::secret, "SHA512", 64},
    {"RS256", KeyKind::rsa, "SHA256", 32},
    {"RS384", KeyKind::rsa, "SHA384", 48},
    {"RS512", KeyKind::rsa, "SHA512", 64},
    {"PS256", KeyKind::rsa, "SHA256", 32},
    {"PS384", KeyKind::rsa, "SHA384", 48},
    {"PS512", KeyKind::rsa, "SHA512", 64},
    {"ES256", KeyKind::p256, "SHA256", 32},
    {"ES384", KeyKind::p384, "SHA384", 48},
    {"ES512", KeyKind::p521, "SHA512", 64},
    {"EdDSA", KeyKind::ed25519, "", 0},
}};

const Row& row(JwsAlgorithm algorithm) {
  return kRows[static_cast<std::size_t>(algorithm)];
}

}  // namespace

std::optional<JwsAlgorithm> parse_jws_algorithm(std::string_view name) {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (kRows[i].name == name) return static_cast<JwsAlgorithm>(i);
  }
  return std::nullopt;
}

std::string_view to_string(JwsAlgorithm algorithm) {
  return row(algorithm).name;
}

KeyKind kind_of(JwsAlgorithm algorithm) {
  return row(algorithm).kind;
}

bool is_pss(JwsAlgorithm algorithm) {
  return algorithm >= JwsAlgorithm::ps256 && algorithm <= JwsAlgorithm::ps512;
}

const char* hash_name(JwsAlgorithm algorithm) {
  return row(algorithm).hash;
}

std::size_t hash_size(JwsAlgorithm algorithm) {
  return row(algorithm).hash_size;
}

}  // namespace gateway::policy

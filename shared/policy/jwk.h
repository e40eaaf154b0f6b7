#pragma once

#include <string_view>

#include "shared/policy/key_set.h"

namespace gateway::policy {

// Where a JWK Set came from. One that anybody may fetch holds no secrets; a "oct" key in it would
// be one that every reader of the address could sign with.
enum class JwksSource : std::uint8_t { file, url };

// Reads a JWK Set (RFC 7517 §5). Taken are RSA, EC (P-256, P-384, P-521), OKP (Ed25519, RFC 8037)
// and, from a file alone, oct. A key is left out and noted when its "use" is not "sig", its
// "key_ops" lacks "verify", its "alg" is no signature algorithm or of another kind, a coordinate
// has not the curve's width, or the key is too weak. Private members and x5c are not looked at. The
// whole text is refused, with a note and no key, when it is over kMaxKeyFileSize, no JSON, has a
// member twice anywhere, or no list "keys". More than kMaxKeys keys: the rest is left out.
LoadedKeys load_jwks(std::string_view text, JwksSource source);

}  // namespace gateway::policy

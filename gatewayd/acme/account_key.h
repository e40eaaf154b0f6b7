#pragma once

#include <openssl/types.h>

#include <optional>
#include <string>
#include <string_view>

namespace gateway::acme {

// The key that an ACME account goes by (RFC 8555 §6.2): on P-256, signing with ES256. Movable; one
// thread at a time.
class AccountKey {
 public:
  static AccountKey make();
  // Nothing when the text is no such key in PEM.
  static std::optional<AccountKey> read(std::string_view pem);
  ~AccountKey();
  AccountKey(AccountKey&& other) noexcept;
  AccountKey& operator=(AccountKey&&) = delete;

  std::string pem() const;
  // As a JWK (RFC 7517), its members in the order that its thumbprint is taken in.
  std::string jwk() const;
  // RFC 7638, in base64url.
  std::string thumbprint() const;
  // The body of a request: a flattened JWS (RFC 7515 §7.2.2) of `payload` under the JSON object
  // `header`.
  std::string sign(std::string_view header, std::string_view payload) const;

 private:
  explicit AccountKey(EVP_PKEY* key) : key_(key) {}
  EVP_PKEY* key_;
};

}  // namespace gateway::acme

#include "shared/policy/password_hash.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <charconv>

#include "shared/base/base64.h"

namespace gateway::policy {
namespace {

constexpr std::string_view kPrefix = "$scrypt$";
constexpr std::size_t kMinSalt = 8;
constexpr std::size_t kMaxSalt = 64;
constexpr std::size_t kMinHash = 16;
constexpr std::size_t kMaxHash = 64;
constexpr std::size_t kNewHash = 32;
// What OpenSSL is allowed: its own working memory comes on top of the table.
constexpr std::uint64_t kAllowed = ScryptCost::kMaxMemory + 1024 * 1024;

bool derive(std::string_view password, std::string_view salt, const ScryptCost& cost,
            std::string& out) {
  if (password.size() > kMaxPasswordSize || !cost.in_bounds()) return false;
  const bool ok = EVP_PBE_scrypt(password.data(), password.size(),
                                 reinterpret_cast<const unsigned char*>(salt.data()), salt.size(),
                                 std::uint64_t{1} << cost.ln, cost.r, cost.p, kAllowed,
                                 reinterpret_cast<unsigned char*>(out.data()), out.size()) == 1;
  if (!ok) ERR_clear_error();
  return ok;
}

// Takes "NAME=NUMBER" and the character behind it off the front.
bool take_number(std::string_view& text, std::string_view name, char behind, std::uint32_t& out) {
  if (!text.starts_with(name)) return false;
  text.remove_prefix(name.size());
  if (text.empty() || text.front() == '0') return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.empty() || text.front() != behind) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

bool ScryptCost::in_bounds() const {
  return ln >= 1 && ln <= kMaxLn && r >= 1 && r <= kMaxR && p >= 1 && p <= kMaxP &&
         memory() <= kMaxMemory;
}

std::optional<PasswordHash> PasswordHash::parse(std::string_view text, const char*& why) {
  PasswordHash made;
  why = "not a hash of the form $scrypt$ln=15,r=8,p=1$SALT$HASH";
  if (!text.starts_with(kPrefix)) return std::nullopt;
  text.remove_prefix(kPrefix.size());
  if (!take_number(text, "ln=", ',', made.cost.ln) || !take_number(text, "r=", ',', made.cost.r) ||
      !take_number(text, "p=", '$', made.cost.p)) {
    return std::nullopt;
  }
  if (!made.cost.in_bounds()) {
    why = "costs more than ln=17, r=16, p=4 or 128 MiB of memory";
    return std::nullopt;
  }
  const std::size_t dollar = text.find('$');
  if (dollar == std::string_view::npos || text.size() > 2 * kMaxHash + 2 * kMaxSalt ||
      !decode_base64(Base64::bare, text.substr(0, dollar), made.salt) ||
      !decode_base64(Base64::bare, text.substr(dollar + 1), made.hash)) {
    return std::nullopt;
  }
  if (made.salt.size() < kMinSalt || made.salt.size() > kMaxSalt || made.hash.size() < kMinHash ||
      made.hash.size() > kMaxHash) {
    why = "its salt has not 8 to 64 bytes, or its hash not 16 to 64";
    return std::nullopt;
  }
  why = nullptr;
  return made;
}

std::optional<PasswordHash> PasswordHash::make(std::string_view password, std::string_view salt,
                                               const ScryptCost& cost) {
  if (password.empty() || salt.size() < kMinSalt || salt.size() > kMaxSalt) return std::nullopt;
  PasswordHash made{cost, std::string(salt), std::string(kNewHash, '\0')};
  if (!derive(password, salt, cost, made.hash)) return std::nullopt;
  return made;
}

std::string PasswordHash::to_string() const {
  return fmt::format("{}ln={},r={},p={}${}${}", kPrefix, cost.ln, cost.r, cost.p,
                     encode_base64(Base64::bare, salt), encode_base64(Base64::bare, hash));
}

bool PasswordHash::verify(std::string_view password) const {
  std::string derived(hash.size(), '\0');
  return !hash.empty() && derive(password, salt, cost, derived) &&
         CRYPTO_memcmp(derived.data(), hash.data(), hash.size()) == 0;
}

}  // namespace gateway::policy

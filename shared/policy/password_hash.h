#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gateway::policy {

inline constexpr std::size_t kMaxPasswordSize = 512;  // bytes

// The cost of scrypt (RFC 7914 §2). Time grows with all three, memory is 128 * 2^ln * r bytes. What
// is over a bound is refused, so that no hash in a config can ask for gigabytes.
struct ScryptCost {
  static constexpr std::uint32_t kMaxLn = 17;
  static constexpr std::uint32_t kMaxR = 16;
  static constexpr std::uint32_t kMaxP = 4;
  static constexpr std::uint64_t kMaxMemory = 128 * 1024 * 1024;

  std::uint32_t ln = 15;  // binary logarithm of N
  std::uint32_t r = 8;
  std::uint32_t p = 1;

  std::uint64_t memory() const { return (std::uint64_t{128} << ln) * r; }
  bool in_bounds() const;
  bool operator==(const ScryptCost&) const = default;
};

// A password as it is stored: "$scrypt$ln=15,r=8,p=1$SALT$HASH", salt and hash in base64 without
// padding (the PHC string format). Salt of 8 to 64 bytes, hash of 16 to 64 bytes.
struct PasswordHash {
  ScryptCost cost;
  std::string salt;
  std::string hash;

  // One spelling alone: no spaces, no other order, no leading zeros. Null, or in `why` a static
  // text.
  static std::optional<PasswordHash> parse(std::string_view text, const char*& why);
  // `salt` comes from the caller's source of random bytes, 16 of them are enough. Takes as long as
  // verify(). Nothing when cost, salt or password (1 to kMaxPasswordSize bytes) is out of bounds.
  static std::optional<PasswordHash> make(std::string_view password, std::string_view salt,
                                          const ScryptCost& cost = {});

  std::string to_string() const;
  // Tens of milliseconds and `cost.memory()` bytes: not for a thread that serves requests. Any
  // thread. The comparison takes the same time whatever the password.
  bool verify(std::string_view password) const;
};

}  // namespace gateway::policy

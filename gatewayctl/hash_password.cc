#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <ostream>

#include "gatewayctl/commands.h"
#include "gatewayctl/password_input.h"
#include "shared/policy/password_hash.h"

namespace gateway::ctl {
namespace {

constexpr std::size_t kSaltBytes = 16;
// Below this a stolen hash is guessed too quickly; above, the gateway does not take it.
constexpr std::uint32_t kLeastLn = 10;

constexpr std::array kOptions = {
    Option{"--ln", 0, "N", "the cost: 2 to the power of N rounds, 10 to 17 (default: 15)", {}},
};

std::optional<std::uint32_t> parse_ln(std::string_view text) {
  std::uint32_t ln = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ln);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  if (!whole || ln < kLeastLn || ln > policy::ScryptCost::kMaxLn) return std::nullopt;
  return ln;
}

int fail(const Invocation& invocation, std::string_view message) {
  invocation.console.err << "gatewayctl hash-password: " << message << '\n';
  return kFailed;
}

int run(const Invocation& invocation) {
  policy::ScryptCost cost;
  if (const auto given = invocation.value("--ln")) {
    const auto ln = parse_ln(*given);
    if (!ln) return usage_error(invocation, "--ln takes 10 to 17");
    cost.ln = *ln;
  }
  auto password = read_password(STDIN_FILENO, invocation.console.err);
  if (!password) return fail(invocation, password.error().message);
  std::array<unsigned char, kSaltBytes> salt;
  if (::RAND_bytes(salt.data(), static_cast<int>(salt.size())) != 1) {
    return fail(invocation, "the system gives no random bytes; try again");
  }
  const auto hash = policy::PasswordHash::make(
      *password, {reinterpret_cast<const char*>(salt.data()), salt.size()}, cost);
  ::OPENSSL_cleanse(password->data(), password->size());
  if (!hash) return fail(invocation, "the hash cannot be made: there is too little memory");
  if (invocation.json()) {
    print_json(invocation.console.out, {{"format", 1}, {"hash", hash->to_string()}});
  } else {
    invocation.console.out << hash->to_string() << '\n';
  }
  return kDone;
}

}  // namespace

constexpr Command kHashPassword = {
    .name = "hash-password",
    .operands = "",
    .summary = "hash a password for a user of auth.basic",
    .about =
        "Asks for it twice on a terminal, without showing it; else reads the standard input. "
        "Prints\n"
        "the scrypt hash. A higher --ln makes guessing dearer, and each first login as well: 15\n"
        "takes 32 MiB and some tens of milliseconds, each step doubles both.",
    .example =
        "gatewayctl hash-password\n"
        "gatewayctl hash-password --ln 16",
    .options = kOptions,
    .outputs = "text json",
    .operand_words = "",
    .run = run,
    .group = "Before it runs",
};

}  // namespace gateway::ctl

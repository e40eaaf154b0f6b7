#include "shared/config/check_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "shared/base/ip.h"
#include "shared/config/address.h"
#include "shared/config/key_text.h"
#include "shared/config/suggest.h"

namespace gateway::config {
namespace {

bool has_control_character(std::string_view text, bool may_have_lines) {
  return std::any_of(text.begin(), text.end(), [may_have_lines](char c) {
    if (may_have_lines && (c == '\n' || c == '\r' || c == '\t')) return false;
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

bool refused(const TextInput& input, Report& report, std::string_view id, std::string_view what,
             std::string hint) {
  report.error(id, input.place,
               fmt::format("{}: \"{}\" is not {}", input.path.str(), input.text, what),
               std::move(hint));
  return false;
}

bool check_choice(const TextInput& input, Report& report) {
  const auto choices = input.schema.key->choices;
  const auto found = std::find_if(choices.begin(), choices.end(), [&](const Choice& choice) {
    return matches(choice, input.text);
  });
  if (found != choices.end()) return true;
  std::vector<std::string_view> names;
  std::string all;
  for (const Choice& choice : choices) {
    names.push_back(choice.name);
    all.append(all.empty() ? "" : ", ").append(choice_form(choice));
  }
  return refused(input, report, "unknown-value", "one of its values",
                 did_you_mean(input.text, names, fmt::format("expected one of: {}", all)));
}

bool check_network(const TextInput& input, Report& report) {
  if (parse_cidr(input.text)) return true;
  const auto meant = clear_host_bits(input.text);
  return refused(input, report, "bad-cidr", "a network",
                 meant ? fmt::format("did you mean \"{}\"?", *meant)
                       : "expected an address and a prefix length, as \"10.0.0.0/8\"");
}

// A method is a token (RFC 9110 §9.1), and all that are registered are in upper case: a lower-case
// one would never match a request.
bool check_method(const TextInput& input, Report& report) {
  const auto good = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  };
  if (std::all_of(input.text.begin(), input.text.end(), good)) return true;
  std::string upper(input.text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  const bool meant = std::all_of(upper.begin(), upper.end(), good);
  return refused(input, report, "bad-method", "an HTTP method",
                 meant ? fmt::format("did you mean \"{}\"?", upper) : "expected one as \"GET\"");
}

bool check_url(const TextInput& input, Report& report) {
  const auto url =
      input.schema.key->type == KeyType::url ? parse_url(input.text) : parse_origin(input.text);
  if (url) return true;
  return refused(input, report, "bad-url", "the URL of a server", url.error().hint);
}

bool check_hex(const TextInput& input, Report& report) {
  const bool good =
      input.text.size() == 64 &&
      input.text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
  return good || refused(input, report, "bad-sha256", "a SHA-256",
                         "expected 64 hexadecimal digits, as sha256sum prints them");
}

// The value of a secret is never put into a message; its length is checked before.
bool check_secret(const TextInput& input, Report& report) {
  const std::string_view name = input.schema.name;
  const bool credential = name.size() > kSecretCredential.size() &&
                          name.substr(name.size() - kSecretCredential.size()) == kSecretCredential;
  if (!credential || input.text.find('/') == std::string_view::npos) return true;
  return refused(input, report, "bad-credential", "the name of a credential",
                 "expected a name within $CREDENTIALS_DIRECTORY, without a slash");
}

}  // namespace

bool check_plain_text(const TextInput& input, Report& report) {
  const Key& key = *input.schema.key;
  if (has_control_character(input.text, key.type == KeyType::lines)) {
    report.error("bad-text", input.place,
                 fmt::format("{} must not hold control characters", input.path.str()));
    return false;
  }
  const bool lengths = key.type != KeyType::integer_or_choice && has_bounds(key);
  if (!lengths) return true;
  const auto length = static_cast<std::int64_t>(input.text.size());
  if (length >= key.min && length <= key.max) return true;
  report.error("out-of-range", input.place,
               length == 0 ? fmt::format("{} must not be empty", input.path.str())
               : length < key.min
                   ? fmt::format("{} must be at least {} bytes long", input.path.str(), key.min)
                   : fmt::format("{} must be at most {} bytes long", input.path.str(), key.max));
  return false;
}

bool check_text(const TextInput& input, Report& report) {
  if (!check_plain_text(input, report)) return false;
  switch (input.schema.key->type) {
    case KeyType::integer_or_choice:
    case KeyType::choice:
    case KeyType::choices:
    case KeyType::choices_or_one:
    case KeyType::choice_or_map:
      return check_choice(input, report);
    case KeyType::address: {
      const auto address = parse_address(input.text);
      return address ||
             refused(input, report, "bad-address", "an address to listen on", address.error().hint);
    }
    case KeyType::url:
    case KeyType::origin:
      return check_url(input, report);
    case KeyType::networks:
      return check_network(input, report);
    case KeyType::methods:
      return check_method(input, report);
    case KeyType::sha256:
      return check_hex(input, report);
    case KeyType::secret:
      return check_secret(input, report);
    default:
      return true;
  }
}

}  // namespace gateway::config

#include "shared/policy/jwt_claims.h"

#include <algorithm>

#include "shared/policy/strict_json.h"

namespace gateway::policy {
namespace {

constexpr double kLastDate = 253'402'300'799;  // 9999-12-31T23:59:59Z in seconds
constexpr double kMicros = 1e6;
constexpr std::size_t kUsualClaims = 12;  // of a token that an OpenID provider made

class Reader {
 public:
  Reader(const ClaimNames& names, ClaimSet& out) : names_(names), out_(out) {
    out_.claims.reserve(kUsualClaims);
  }

  void take(const JsonValue& value) {
    if (fault_ != nullptr) return;
    if (value.depth == 1) {
      registered(value);
      flatten(value);
    } else if (value.path == names_.roles) {
      flatten(value);
    }
    if (value.path == names_.roles) add(value, out_.roles);
    if (value.path == names_.scope) add_scopes(value);
  }

  const char* fault() const { return fault_; }

 private:
  using Kind = JsonValue::Kind;

  void registered(const JsonValue& value) {
    const std::string_view name = value.path;
    if (name == "sub") {
      if (value.kind == Kind::integer && !value.listed) {
        out_.subject = value.text;
      } else {
        user(value, out_.subject);
      }
    } else if (name == "client_id") {
      user(value, out_.client_id);
    } else if (name == "azp") {
      user(value, out_.azp);
    } else if (name == "username") {
      user(value, out_.username);
    } else if (name == "iss") {
      if (is_text(value)) out_.issuer = value.text;
    } else if (name == "aud") {
      add_audience(value);
    } else if (name == "exp") {
      date(value, out_.expires);
    } else if (name == "nbf") {
      date(value, out_.not_before);
    } else if (name == "iat") {
      date(value, out_.issued);
    } else if (name == "active" || name == "valid") {
      flag(value);
    }
  }

  bool is_text(const JsonValue& value) {
    if (value.kind == Kind::string && !value.listed) return true;
    fault_ = "a registered claim has the wrong type";
    return false;
  }

  void user(const JsonValue& value, std::string& out) {
    if (!is_text(value)) return;
    if (value.text.size() > kMaxUserSize || (!value.text.empty() && !is_field_text(value.text))) {
      fault_ = "the name of the user is too long or has a control character";
      return;
    }
    out = value.text;
  }

  void date(const JsonValue& value, std::optional<UnixMicros>& out) {
    const bool number = value.kind == Kind::integer || value.kind == Kind::real;
    if (!number || value.listed || !(value.number >= 0 && value.number <= kLastDate)) {
      fault_ = "a date of the token is not a number of seconds since 1970";
      return;
    }
    out = static_cast<UnixMicros>(value.number * kMicros);
  }

  void flag(const JsonValue& value) {
    if (value.kind != Kind::boolean || value.listed) return;
    // Both may stand there; a single "no" decides.
    out_.active = out_.active.value_or(true) && value.text == "true";
  }

  void add_audience(const JsonValue& value) {
    if (value.kind != Kind::string) {
      fault_ = "a registered claim has the wrong type";
    } else if (out_.audience.size() == kMaxAudiences) {
      fault_ = "the token has too many audiences";
    } else {
      out_.audience.emplace_back(value.text);
    }
  }

  void add(std::string_view text, std::vector<std::string>& to) {
    if (text.empty()) return;
    if (to.size() == kMaxRoles || text.size() > kMaxRoleSize) {
      fault_ = "the token has too many or too long roles or scopes";
      return;
    }
    to.emplace_back(text);
  }

  void add(const JsonValue& value, std::vector<std::string>& to) {
    if (value.kind == Kind::string || value.kind == Kind::integer) add(value.text, to);
  }

  void add_scopes(const JsonValue& value) {
    if (value.listed || value.kind != Kind::string) return add(value, out_.scopes);
    for (std::string_view rest = value.text; !rest.empty();) {
      const std::size_t end = std::min(rest.find(' '), rest.size());
      add(rest.substr(0, end), out_.scopes);
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }

  // The elements of a list come one after the other. A list of which one element cannot be
  // forwarded is not forwarded at all: the reader would take what is left for the whole.
  void flatten(const JsonValue& value) {
    auto& claims = out_.claims;
    const bool fits = is_field_text(value.text) && value.path.size() <= kMaxClaimName &&
                      (!value.listed || value.text.find(',') == std::string_view::npos);
    if (value.listed && list_ == value.path) {
      if (!list_kept_) return;
      std::string& joined = claims.back().second;
      if (fits && joined.size() + 1 + value.text.size() <= kMaxClaimSize) {
        joined.append(",").append(value.text);
      } else {
        claims.pop_back();
        list_kept_ = false;
      }
      return;
    }
    const bool kept = fits && value.text.size() <= kMaxClaimSize && claims.size() < kMaxClaims;
    if (kept) claims.emplace_back(value.path, value.text);
    list_.clear();
    if (value.listed) list_ = value.path;
    list_kept_ = kept;
  }

  const ClaimNames& names_;
  ClaimSet& out_;
  std::string list_;  // name of the list that is being read
  bool list_kept_ = false;
  const char* fault_ = nullptr;
};

}  // namespace

bool is_field_text(std::string_view value) {
  if (value.empty() || value.front() == ' ' || value.back() == ' ') return false;
  return std::none_of(value.begin(), value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

const char* read_claims(std::string_view json, const ClaimNames& names, ClaimSet& out) {
  Reader reader(names, out);
  const char* why = read_json_object(json, [&](const JsonValue& value) { reader.take(value); });
  return why != nullptr ? why : reader.fault();
}

std::shared_ptr<const Identity> make_identity(std::string user, std::string_view method,
                                              UnixMicros expires, ClaimSet&& claims) {
  auto identity = std::make_shared<Identity>();
  identity->user = std::move(user);
  identity->method = method;
  identity->roles = std::move(claims.roles);
  identity->scopes = std::move(claims.scopes);
  identity->expires = expires;
  identity->claims = std::move(claims.claims);
  return identity;
}

}  // namespace gateway::policy

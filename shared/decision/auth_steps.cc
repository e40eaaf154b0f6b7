#include "shared/decision/steps.h"
#include "shared/policy/challenge.h"
#include "shared/policy/credentials.h"

namespace gateway::decision {
namespace {

using config::AuthMethod;
using policy::Credentials;

// What one way to authenticate says.
enum class Found : std::uint8_t {
  nothing,      // no credentials of its kind
  good,         // exchange.identity
  bad,          // exchange.auth_fault
  unavailable,  // who could tell does not answer
  waits,        // exchange.awaited
};

// The realm of challenges that have none of their own.
constexpr std::string_view kRealm = "gatewayd";

Found bad(Exchange& x, const char* why) {
  if (*x.auth_fault == '\0') x.auth_fault = why;
  return Found::bad;
}

Found good(Exchange& x, AuthMethod method, std::shared_ptr<const policy::Identity> identity) {
  x.identity = std::move(identity);
  x.identity_by = method;
  return Found::good;
}

Found ask(const TokenService& service, std::string_view token, Exchange& x) {
  x.awaited.token_service = &service;
  x.awaited.question = service.rules.question(token);
  wait_for(x, Awaited::Kind::introspection);
  return Found::waits;
}

// Asks a service about a token, unless what it said of it last still counts. `local`: who the token
// itself says it is; null: the service tells.
Found introspect(const TokenService& service, policy::IntrospectionCache* known, AuthMethod method,
                 std::string_view token, std::shared_ptr<const policy::Identity> local,
                 Exchange& x) {
  using Kind = policy::IntrospectionAnswer::Kind;
  if (!is_answered(x, Awaited::Kind::introspection)) {
    auto fresh = known != nullptr ? known->fresh(token, x.time) : nullptr;
    if (fresh == nullptr && known != nullptr && known->is_inactive(token, x.time)) {
      return bad(x, policy::kInactiveToken);
    }
    if (fresh == nullptr) return ask(service, token, x);
    return good(x, method, local != nullptr ? std::move(local) : std::move(fresh));
  }
  policy::IntrospectionAnswer answer;
  if (x.brought.done) {
    answer =
        service.rules.read(static_cast<int>(x.brought.status), x.brought.answer, token, x.time);
  }
  if (answer.kind == Kind::unusable) {
    auto last = known != nullptr ? known->last_known(token, x.time) : nullptr;
    if (last == nullptr) return Found::unavailable;
    return good(x, method, local != nullptr ? std::move(local) : std::move(last));
  }
  if (known != nullptr) known->learn(token, answer, x.time);
  if (answer.kind == Kind::inactive) return bad(x, answer.detail);
  return good(x, method, local != nullptr ? std::move(local) : std::move(answer.identity));
}

Found verify(const Snapshot& snapshot, State& state, std::string_view token, Exchange& x) {
  const policy::JwtRules& rules = *snapshot.auth.jwt;
  const bool remembers = state.remembers_for(snapshot);
  if (remembers) {
    if (const policy::KnownIdentity* known = state.tokens.find(token, x.time)) {
      return good(x, AuthMethod::jwt, known->identity);
    }
  }
  const bool fetched = is_answered(x, Awaited::Kind::keys);
  const bool may_fetch = snapshot.auth.keys_are_fetched && !fetched;
  if (state.keys() == nullptr) {
    if (!may_fetch) return Found::unavailable;
    wait_for(x, Awaited::Kind::keys);
    return Found::waits;
  }
  auto verified = policy::verify_jwt(token, rules, *state.keys(), x.time);
  if (!verified.ok()) {
    if (!verified.error().kid_unknown || !may_fetch) return bad(x, verified.error().detail);
    wait_for(x, Awaited::Kind::keys);
    return Found::waits;
  }
  if (remembers) {
    const UnixMicros until = (*verified)->expires + rules.leeway;
    state.tokens.insert(token, {*verified, until, until});
  }
  return good(x, AuthMethod::jwt, std::move(*verified));
}

Found try_jwt(const Snapshot& snapshot, State& state, std::string_view token, Exchange& x) {
  // A question to the service is asked of a token that has been verified: the identity is there.
  if (x.awaited.kind != Awaited::Kind::introspection) {
    const Found found = verify(snapshot, state, token, x);
    if (found != Found::good || !snapshot.auth.jwt_introspect) return found;
  }
  auto* known = state.remembers_for(snapshot) && state.jwt_introspections
                    ? &*state.jwt_introspections
                    : nullptr;
  const Found found =
      introspect(*snapshot.auth.jwt_introspect, known, AuthMethod::jwt, token, x.identity, x);
  if (found == Found::bad || found == Found::unavailable) x.identity.reset();
  return found;
}

Found try_introspect(const Snapshot& snapshot, State& state, std::string_view token, Exchange& x) {
  if (token.empty()) return bad(x, "the token is empty");
  auto* known =
      state.remembers_for(snapshot) && state.introspections ? &*state.introspections : nullptr;
  return introspect(*snapshot.auth.introspect, known, AuthMethod::introspect, token, nullptr, x);
}

Found try_api_key(const Snapshot& snapshot, Exchange& x) {
  using Kind = policy::ApiKeyVerdict::Kind;
  auto verdict = snapshot.auth.api_key->check(*x.fields, x.query, x.time);
  if (verdict.kind == Kind::absent) return Found::nothing;
  if (verdict.kind != Kind::good) return bad(x, verdict.detail);
  return good(x, AuthMethod::api_key, std::move(verdict.identity));
}

Found try_basic(const Snapshot& snapshot, State& state, std::string_view value, Exchange& x) {
  constexpr const char* kWrong = "User or password are wrong.";
  const bool remembers = state.remembers_for(snapshot);
  if (is_answered(x, Awaited::Kind::password)) {
    auto identity = std::move(x.awaited.candidate.identity);
    if (!x.brought.done) return Found::unavailable;
    if (!x.brought.password_good || identity == nullptr) return bad(x, kWrong);
    if (remembers) state.passwords.insert(x.awaited.password, identity);
    return good(x, AuthMethod::basic, std::move(identity));
  }
  auto credentials = policy::parse_basic(value);
  if (!credentials) return bad(x, "The Basic credentials are malformed.");
  if (remembers) {
    if (auto known = state.passwords.find(*credentials)) {
      return good(x, AuthMethod::basic, std::move(known));
    }
  }
  x.awaited.candidate = snapshot.auth.basic->look_up(credentials->user);
  x.awaited.password = std::move(*credentials);
  wait_for(x, Awaited::Kind::password);
  return Found::waits;
}

Found try_mtls(const Snapshot& snapshot, Exchange& x) {
  if (x.client_certificate == nullptr) return Found::nothing;
  auto verdict = snapshot.auth.mtls->identify(*x.client_certificate);
  if (verdict.identity == nullptr) return bad(x, verdict.detail);
  return good(x, AuthMethod::mtls, std::move(verdict.identity));
}

Found try_method(const Snapshot& snapshot, State& state, AuthMethod method,
                 const Credentials& credentials, Exchange& x) {
  const bool bearer = credentials.scheme == Credentials::Scheme::bearer;
  switch (method) {
    case AuthMethod::jwt:
      return bearer ? try_jwt(snapshot, state, credentials.value, x) : Found::nothing;
    case AuthMethod::introspect:
      return bearer ? try_introspect(snapshot, state, credentials.value, x) : Found::nothing;
    case AuthMethod::api_key:
      return try_api_key(snapshot, x);
    case AuthMethod::basic:
      return credentials.scheme == Credentials::Scheme::basic
                 ? try_basic(snapshot, state, credentials.value, x)
                 : Found::nothing;
    case AuthMethod::mtls:
      return try_mtls(snapshot, x);
  }
  return Found::nothing;
}

// WWW-Authenticate for every way that the route takes (RFC 9110 §11.6.1).
void challenge(const Snapshot& snapshot, Exchange& x) {
  std::string& out = x.answer_lines;
  std::string value;
  bool bearer = false;
  for (const AuthMethod method : x.route->auth) {
    if (method == AuthMethod::api_key) {
      policy::append_api_key_challenge(kRealm, snapshot.auth.api_key->field_name(), value);
    } else if (method == AuthMethod::basic) {
      policy::append_basic_challenge(snapshot.auth.basic_realm, value);
    } else if (method != AuthMethod::mtls && !bearer) {
      bearer = true;
      const bool given = *x.auth_fault != '\0';
      policy::append_bearer_challenge(kRealm, given ? "invalid_token" : "",
                                      given ? x.auth_fault : "", value);
    }
  }
  out.append("WWW-Authenticate: ").append(value).append("\r\n");
}

Next refuse_unknown(const Snapshot& snapshot, Exchange& x) {
  if (x.auth_unavailable) {
    constexpr const char* kWhy = "The credentials cannot be checked now: try again.";
    return refuse(x, {Decider::auth_unavailable, kWhy},
                  {Stage::auth, Verdict::refused, kWhy, "", ""});
  }
  // No scheme of HTTP asks for a certificate, so there is nothing that a 401 could name.
  const auto& ways = x.route->auth;
  if (ways.size() == 1 && ways.front() == AuthMethod::mtls) {
    const char* lack =
        *x.auth_fault != '\0' ? x.auth_fault : "The connection shows no client certificate.";
    return refuse(x, {Decider::forbidden, lack}, {Stage::auth, Verdict::refused, lack, "", ""});
  }
  challenge(snapshot, x);
  const char* why = *x.auth_fault != '\0' ? x.auth_fault : "The request carries no credentials.";
  return refuse(x, {Decider::unauthenticated, why}, {Stage::auth, Verdict::refused, why, "", ""});
}

std::string_view name_of(AuthMethod method) {
  switch (method) {
    case AuthMethod::jwt:
      return "jwt";
    case AuthMethod::introspect:
      return "introspect";
    case AuthMethod::api_key:
      return "api_key";
    case AuthMethod::basic:
      return "basic";
    case AuthMethod::mtls:
      return "mtls";
  }
  return "";
}

}  // namespace

Next authenticate(const Snapshot& snapshot, State& state, Exchange& x) {
  if (x.route->auth.empty()) {
    x.trace.add({Stage::auth, Verdict::passed, "public", "", ""});
    return Next::go_on;
  }
  if (x.assumed != nullptr) {
    x.identity = x.assumed;
    x.identity_by = x.route->auth.front();
    x.trace.add({Stage::auth, Verdict::passed, "assumed", "", x.identity->user});
    return Next::go_on;
  }
  const auto credentials = policy::find_credentials(*x.fields);
  if (!credentials.ok()) {
    return refuse(x, credentials.error(),
                  {Stage::auth, Verdict::refused, credentials.error().detail, "", ""});
  }
  for (; x.next_auth < x.route->auth.size(); ++x.next_auth) {
    const AuthMethod method = x.route->auth[x.next_auth];
    switch (try_method(snapshot, state, method, *credentials, x)) {
      case Found::waits:
        return Next::wait;
      case Found::good:
        x.trace.add({Stage::auth, Verdict::passed, "ok", name_of(method), x.identity->user});
        return Next::go_on;
      case Found::unavailable:
        x.auth_unavailable = true;  // another way may still know who it is
        break;
      case Found::nothing:
      case Found::bad:
        break;
    }
  }
  return refuse_unknown(snapshot, x);
}

Next judge_access(const Snapshot&, State&, Exchange& x) {
  const policy::AccessRules& rules = x.route->access;
  if (rules.empty()) return Next::go_on;
  const char* fault = policy::access_fault(rules, x.identity.get());
  if (fault == nullptr) {
    x.trace.add({Stage::access, Verdict::passed, "", "", ""});
    return Next::go_on;
  }
  const bool bearer = x.identity_by == AuthMethod::jwt || x.identity_by == AuthMethod::introspect;
  if (bearer && !rules.scopes.empty()) {
    x.answer_lines.append("WWW-Authenticate: ");
    policy::append_scope_challenge(kRealm, rules.scopes, fault, x.answer_lines);
    x.answer_lines.append("\r\n");
  }
  return refuse(x, {Decider::forbidden, fault}, {Stage::access, Verdict::refused, fault, "", ""});
}

}  // namespace gateway::decision

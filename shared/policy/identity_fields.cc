#include "shared/policy/identity_fields.h"

#include <fmt/format.h>

#include <algorithm>

#include "shared/base/ascii.h"
#include "shared/policy/changeable_field.h"
#include "shared/policy/field_text.h"

namespace gateway::policy {
namespace {

using config::AuthMethod;
using config::NamedText;

// Lower case, and "-" in place of all that is neither letter nor digit.
constexpr char fold(char c) {
  const char lower = ascii_lower(c);
  return (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9') ? lower : '-';
}

std::string folded(std::string_view name) {
  std::string out(name);
  std::transform(out.begin(), out.end(), out.begin(), fold);
  return out;
}

std::uint64_t length_bit(std::string_view name) {
  return std::uint64_t{1} << (name.size() % 64);
}

const std::vector<std::string>* list_of(const Identity& identity, std::string_view claim) {
  if (claim == "roles") return &identity.roles;
  if (claim == "scope" || claim == "scopes") return &identity.scopes;
  return nullptr;
}

void append_list(const std::vector<std::string>& list, std::string& out) {
  const std::size_t start = out.size();
  for (const std::string& item : list) {
    if (item.empty() || !is_field_value(item) || item.find(',') != std::string::npos) continue;
    if (out.size() > start) out += ',';
    out += item;
    if (out.size() - start > kMaxIdentityValueBytes) return;
  }
}

void append_value(const Identity& identity, std::string_view claim, std::string& out) {
  if (const auto* list = list_of(identity, claim)) {
    append_list(*list, out);
    return;
  }
  const std::string_view value = claim == "sub" ? identity.user : identity.claim(claim);
  if (value.size() <= kMaxIdentityValueBytes && is_field_value(value)) out += value;
}

void check_pair(const std::vector<NamedText>& forward, std::size_t at, std::vector<Fault>& faults) {
  const NamedText& pair = forward[at];
  if (const char* why = unchangeable(pair.name)) {
    faults.push_back(
        {pair.place, 0, fmt::format("\"{}\" cannot tell who the user is", pair.name), why});
  }
  if (is_written_by_gateway(pair.name)) {
    faults.push_back({pair.place, 0, fmt::format("\"{}\" cannot tell who the user is", pair.name),
                      "the gateway says something else with it"});
  }
  if (pair.value.empty() || pair.value.size() > kMaxIdentityNameBytes) {
    faults.push_back({pair.place, 0, fmt::format("\"{}\" needs the name of a claim", pair.name),
                      fmt::format("expected 1 to {} bytes, as \"sub\"", kMaxIdentityNameBytes)});
  }
  for (std::size_t i = 0; i < at; ++i) {
    if (folded(forward[i].name) != folded(pair.name)) continue;
    faults.push_back(
        {pair.place, 0,
         fmt::format("\"{}\" and \"{}\" are one field to many servers", forward[i].name, pair.name),
         "leave one of the two out"});
  }
}

void check(const std::vector<NamedText>& forward, std::vector<Fault>& faults) {
  if (forward.size() > kMaxForwardedClaims) {
    faults.push_back({forward[kMaxForwardedClaims].place,
                      0,
                      fmt::format("more than {} fields are forwarded", kMaxForwardedClaims),
                      {}});
    return;
  }
  for (std::size_t at = 0; at < forward.size(); ++at) check_pair(forward, at, faults);
}

template <class Visit>
void for_each_forward(const config::Auth& auth, Visit visit) {
  if (auth.jwt) visit(AuthMethod::jwt, auth.jwt->forward);
  if (auth.introspect) visit(AuthMethod::introspect, auth.introspect->forward);
  if (auth.api_key) visit(AuthMethod::api_key, auth.api_key->forward);
  if (auth.basic) visit(AuthMethod::basic, auth.basic->forward);
  if (auth.mtls) visit(AuthMethod::mtls, auth.mtls->forward);
}

}  // namespace

std::vector<Fault> IdentityFields::faults(const config::Auth& auth) {
  std::vector<Fault> faults;
  for_each_forward(auth, [&](AuthMethod, const auto& forward) { check(forward, faults); });
  return faults;
}

IdentityFields::IdentityFields(const config::Auth& auth) {
  for_each_forward(auth, [this](AuthMethod method, const auto& forward) { add(method, forward); });
}

void IdentityFields::add(AuthMethod method, const std::vector<NamedText>& forward) {
  for (const NamedText& pair : forward) {
    if (!is_field_name(pair.name)) continue;
    forwards_[static_cast<std::size_t>(method)].push_back({pair.name + ": ", pair.value});
    if (covers(pair.name)) continue;
    names_.push_back(folded(pair.name));
    lengths_ |= length_bit(pair.name);
  }
}

bool IdentityFields::covers(std::string_view name) const {
  if ((lengths_ & length_bit(name)) == 0) return false;
  return std::any_of(names_.begin(), names_.end(), [name](const std::string& known) {
    return known.size() == name.size() &&
           std::equal(known.begin(), known.end(), name.begin(),
                      [](char have, char given) { return have == fold(given); });
  });
}

void IdentityFields::append_lines(AuthMethod method, const Identity& identity,
                                  std::string& out) const {
  for (const Forward& forward : forwards_[static_cast<std::size_t>(method)]) {
    const std::size_t before = out.size();
    out += forward.start;
    const std::size_t start = out.size();
    append_value(identity, forward.claim, out);
    const std::size_t size = out.size() - start;
    if (size == 0 || size > kMaxIdentityValueBytes) {
      out.resize(before);
    } else {
      out += "\r\n";
    }
  }
}

}  // namespace gateway::policy

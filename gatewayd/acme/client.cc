#include "gatewayd/acme/client.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>

#include "gatewayd/acme/new_key.h"
#include "shared/base/ascii.h"
#include "shared/base/base64.h"

namespace gateway::acme {
namespace {

using nlohmann::json;

constexpr int kNonceTries = 5;  // a server may refuse a nonce that has become too old
constexpr int kPolls = 60;
constexpr milliseconds kShortestPause{200};
constexpr milliseconds kLongestPause{15'000};

std::optional<std::string> field(const Answer& answer, std::string_view name) {
  for (const auto& [known, value] : answer.fields) {
    if (ascii_iequals(known, name)) return value;
  }
  return std::nullopt;
}

json parse(const std::string& text) {
  json value = json::parse(text, nullptr, /*allow_exceptions=*/false);
  return value.is_object() ? value : json::object();
}

std::string text_at(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// What the server says of a failure (RFC 8555 §6.7), cut to a length for the log.
std::string complaint(const json& problem) {
  constexpr std::size_t kMost = 300;
  std::string text = text_at(problem, "detail");
  if (text.empty()) text = text_at(problem, "type");
  std::erase_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  return text.substr(0, kMost);
}

// Seconds of Retry-After, or the pause that was meant.
milliseconds pause_of(const Answer& answer, milliseconds meant) {
  const auto after = field(answer, "Retry-After");
  unsigned seconds = 0;
  if (after &&
      std::from_chars(after->data(), after->data() + after->size(), seconds).ec == std::errc{}) {
    return std::clamp(milliseconds(seconds * 1000LL), kShortestPause, kLongestPause);
  }
  return meant;
}

}  // namespace

struct Client::Object {
  json value;
  Answer answer;
  std::string text(const char* name) const { return text_at(value, name); }
};

Client::Client(const AccountKey& key, std::string directory, std::vector<std::string> contact,
               Challenges& challenges, World world)
    : key_(key),
      directory_url_(std::move(directory)),
      contact_(std::move(contact)),
      challenges_(challenges),
      world_(std::move(world)) {}

void Client::keep_nonce(const Answer& answer) {
  if (const auto fresh = field(answer, "Replay-Nonce")) nonce_ = *fresh;
}

Client::Object Client::get_directory() {
  auto answer = world_.ask({"GET", directory_url_, ""});
  if (!answer) throw Failure{fmt::format("directory: {}", answer.error())};
  Object object{parse(answer->body), *answer};
  new_nonce_ = object.text("newNonce");
  new_account_ = object.text("newAccount");
  new_order_ = object.text("newOrder");
  if (answer->status != 200 || new_nonce_.empty() || new_account_.empty() || new_order_.empty()) {
    throw Failure{fmt::format("directory: {} answered with {} and no ACME directory",
                              directory_url_, answer->status)};
  }
  return object;
}

std::string Client::nonce() {
  if (nonce_.empty()) {
    auto answer = world_.ask({"GET", new_nonce_, ""});
    if (!answer) throw Failure{fmt::format("newNonce: {}", answer.error())};
    keep_nonce(*answer);
    if (nonce_.empty()) throw Failure{"newNonce: the server gave none"};
  }
  return std::exchange(nonce_, {});
}

Answer Client::post(const std::string& url, const std::string& payload) {
  for (int turn = 0;; ++turn) {
    json header = {{"alg", "ES256"}, {"nonce", nonce()}, {"url", url}};
    if (account_.empty()) {
      header["jwk"] = parse(key_.jwk());
    } else {
      header["kid"] = account_;
    }
    auto answer = world_.ask({"POST", url, key_.sign(header.dump(), payload)});
    if (!answer) throw Failure{answer.error()};
    keep_nonce(*answer);
    const bool stale = answer->status == 400 && text_at(parse(answer->body), "type") ==
                                                    "urn:ietf:params:acme:error:badNonce";
    if (!stale || turn + 1 == kNonceTries) return std::move(*answer);
  }
}

Client::Object Client::post_for_object(const char* step, const std::string& url,
                                       const std::string& payload) {
  Answer answer;
  try {
    answer = post(url, payload);
  } catch (Failure& failure) {
    throw Failure{fmt::format("{}: {}", step, failure.why)};
  }
  Object object{parse(answer.body), std::move(answer)};
  if (object.answer.status / 100 == 2) return object;
  throw Failure{fmt::format("{}: the server answered with {}: {}", step, object.answer.status,
                            complaint(object.value))};
}

// Creates the account, or finds the one that the key has already (§7.3).
void Client::use_account() {
  json wanted = {{"termsOfServiceAgreed", true}};
  if (!contact_.empty()) wanted["contact"] = contact_;
  const Object account = post_for_object("newAccount", new_account_, wanted.dump());
  const auto url = field(account.answer, "Location");
  if (!url || url->empty()) throw Failure{"newAccount: the server gave no account URL"};
  account_ = *url;
}

// Asks until the object's status is neither of the two.
Client::Object Client::poll(const char* step, const std::string& url, const char* pending,
                            const char* then_pending) {
  milliseconds pause = kShortestPause;
  for (int turn = 0; turn < kPolls; ++turn) {
    Object object = post_for_object(step, url, "");
    const std::string status = object.text("status");
    if (status != pending && status != then_pending) return object;
    if (!world_.wait(pause_of(object.answer, pause))) throw Failure{"given up"};
    pause = std::min(pause * 2, kLongestPause);
  }
  throw Failure{fmt::format("{}: the server did not come to an end with it", step)};
}

// Proves one name (§7.5.1, §8.3).
void Client::prove(const std::string& authorization) {
  const Object asked = post_for_object("authorization", authorization, "");
  if (asked.text("status") == "valid") return;
  const auto challenges = asked.value.find("challenges");
  json http;
  if (challenges != asked.value.end() && challenges->is_array()) {
    for (const json& one : *challenges) {
      if (one.is_object() && text_at(one, "type") == "http-01") http = one;
    }
  }
  const std::string token = text_at(http, "token");
  const bool is_token = !token.empty() && std::all_of(token.begin(), token.end(), [](char c) {
    const char lower = ascii_lower(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
  if (!is_token) throw Failure{"authorization: the server offers no http-01 challenge"};
  struct Shown {
    Challenges& challenges;
    std::string token;
    ~Shown() { challenges.remove(token); }
  } const shown{challenges_, token};
  challenges_.add(token, token + "." + key_.thumbprint());
  post_for_object("challenge", text_at(http, "url"), "{}");
  const Object done = poll("authorization", authorization, "pending", "processing");
  if (done.text("status") == "valid") return;
  std::string why = done.text("status");
  if (const auto all = done.value.find("challenges"); all != done.value.end() && all->is_array()) {
    for (const json& one : *all) {
      const auto error = one.is_object() ? one.find("error") : one.end();
      if (one.is_object() && error != one.end() && error->is_object()) why = complaint(*error);
    }
  }
  throw Failure{fmt::format("authorization: the name is not proved: {}", why)};
}

Result<Issued, std::string> Client::order(const std::vector<std::string>& names) {
  try {
    get_directory();
    use_account();
    json identifiers = json::array();
    for (const std::string& name : names) {
      identifiers.push_back({{"type", "dns"}, {"value", name}});
    }
    const Object order =
        post_for_object("newOrder", new_order_, json{{"identifiers", identifiers}}.dump());
    const auto url = field(order.answer, "Location");
    const auto authorizations = order.value.find("authorizations");
    if (!url || authorizations == order.value.end() || !authorizations->is_array() ||
        authorizations->size() > names.size()) {
      throw Failure{"newOrder: the server's order is not whole"};
    }
    for (const json& one : *authorizations) {
      if (one.is_string()) prove(one.get<std::string>());
    }
    const Object ready = poll("order", *url, "pending", "processing");
    if (ready.text("status") != "ready") {
      throw Failure{fmt::format("order: it became {}", ready.text("status"))};
    }
    const Request request = request_for(names);
    const std::string csr = encode_base64(Base64::url, request.csr);
    post_for_object("finalize", ready.text("finalize"), json{{"csr", csr}}.dump());
    const Object done = poll("order", *url, "ready", "processing");
    if (done.text("status") != "valid") {
      const auto error = done.value.find("error");
      throw Failure{fmt::format("order: it became {}: {}", done.text("status"),
                                error != done.value.end() ? complaint(*error) : "")};
    }
    const Object certificate = post_for_object("certificate", done.text("certificate"), "");
    return Issued{certificate.answer.body, request.key};
  } catch (const Failure& failure) {
    return failure.why;
  } catch (const std::exception& failure) {
    return std::string(failure.what());
  }
}

}  // namespace gateway::acme

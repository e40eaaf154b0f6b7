#include "gatewayd/proxy/key_source.h"

#include <fmt/format.h>

#include "gatewayd/net/ask.h"
#include "shared/config/address.h"
#include "shared/policy/jwk.h"

namespace gateway::proxy {
namespace {

net::Question question_of(const std::string& text, const std::stop_token& stop) {
  net::Question question;
  const auto url = config::parse_url(text);  // the config's checks have passed it
  question.tls = url->tls;
  question.host = url->host;
  question.port = url->port;
  question.target = url->path.empty() ? "/" : std::string(url->path);
  question.timeout = 5s;
  question.max_answer = policy::kMaxKeyFileSize;
  question.stop = stop;
  question.fields = {{"Accept", "application/jwk-set+json, application/json"}};
  return question;
}

}  // namespace

KeySource::KeySource(const config::JwtAuth& auth, Keys from_files, const KeySource* before, Say say)
    : url_(auth.jwks_url.value),
      refresh_(auth.jwks_refresh),
      from_files_(std::move(from_files)),
      say_(std::move(say)) {
  if (before != nullptr && before->url_ == url_) {
    const std::lock_guard lock(before->mutex_);
    fetched_ = before->fetched_;
    tried_ = before->tried_;
    due_ = before->due_;
  }
  Keys all = from_files_;
  all.insert(all.end(), fetched_.begin(), fetched_.end());
  if (!all.empty()) current_ = std::make_shared<const policy::KeySet>(std::move(all));
}

std::shared_ptr<const policy::KeySet> KeySource::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

bool KeySource::is_due(SteadyTime now) const {
  if (url_.empty()) return false;
  const std::lock_guard lock(mutex_);
  return now >= due_;
}

bool KeySource::is_settled(SteadyTime now) const {
  if (url_.empty()) return true;
  const std::lock_guard lock(mutex_);
  return !fetching_now_ && tried_ != SteadyTime{} && now - tried_ < kMinInterval;
}

void KeySource::fetch(const std::stop_token& stop) {
  if (url_.empty()) return;
  const std::lock_guard one_at_a_time(fetching_);
  {
    const std::lock_guard lock(mutex_);
    const SteadyTime now = std::chrono::steady_clock::now();
    if (tried_ != SteadyTime{} && now - tried_ < kMinInterval) return;
    tried_ = now;
    due_ = now + kRetryAfter;
    fetching_now_ = true;
  }
  const auto reply = net::ask(question_of(url_, stop));
  if (stop.stop_requested()) {
    // Nobody waits for it any more, and it is no fault of the address.
  } else if (!reply.ok()) {
    say_(fmt::format("auth.jwt.jwks_url {}: {}; the keys of before stay", url_,
                     reply.error().reason));
  } else if (reply->status != 200) {
    say_(fmt::format("auth.jwt.jwks_url {}: answered with {}; the keys of before stay", url_,
                     reply->status));
  } else {
    take(reply->body);
  }
  const std::lock_guard lock(mutex_);
  fetching_now_ = false;
}

void KeySource::take(const std::string& text) {
  policy::LoadedKeys loaded = policy::load_jwks(text, policy::JwksSource::url);
  for (const std::string& note : loaded.notes) {
    say_(fmt::format("auth.jwt.jwks_url {}: {}", url_, note));
  }
  if (loaded.keys.empty()) return;  // no good set: the last one serves
  Keys all = from_files_;
  all.insert(all.end(), loaded.keys.begin(), loaded.keys.end());
  const std::lock_guard lock(mutex_);
  fetched_ = std::move(loaded.keys);
  due_ = std::chrono::steady_clock::now() + refresh_;
  current_ = std::make_shared<const policy::KeySet>(std::move(all));
}

}  // namespace gateway::proxy

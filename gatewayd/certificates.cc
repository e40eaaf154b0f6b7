#include "gatewayd/certificates.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "gatewayd/net/ask.h"
#include "shared/config/address.h"
#include "shared/policy/ocsp.h"

namespace gateway {
namespace {

constexpr std::int64_t kDay = std::int64_t{24} * 3600;
constexpr milliseconds kFetchTimeout{10'000};
constexpr auto kAfterFailure = std::chrono::minutes(10);
// An answer is fetched anew after half of its time, yet not at once and at least so often.
constexpr std::int64_t kShortestRest = 300;
constexpr std::int64_t kLongestRest = kDay;

std::int64_t rest_of(const policy::OcspTimes& times, std::int64_t now) {
  if (times.next_update == 0) return kLongestRest / 2;
  return std::clamp((times.next_update - now) / 2, kShortestRest, kLongestRest);
}

struct NoAnswer {
  std::string why;
};

Result<std::string, NoAnswer> ask_responder(const policy::Certificate& certificate,
                                            const std::stop_token& stop) {
  const std::string text = policy::ocsp_url(certificate);
  const auto url = config::parse_url(text);
  if (!url) return NoAnswer{fmt::format("\"{}\" is no URL", text)};
  net::Question question;
  question.tls = url->tls;
  question.host = url->host;
  question.port = url->port;
  question.method = "POST";
  question.target = url->path.empty() ? "/" : std::string(url->path);
  question.fields = {{"Content-Type", "application/ocsp-request"}};
  question.body = policy::ocsp_question(certificate);
  question.timeout = kFetchTimeout;
  question.max_answer = policy::kMaxOcspAnswer;
  question.stop = stop;
  auto reply = net::ask(question);
  if (!reply.ok()) return NoAnswer{fmt::format("{}: {}", text, reply.error().reason)};
  if (reply->status != 200) {
    return NoAnswer{fmt::format("{} answered with {}", text, reply->status)};
  }
  return std::move(reply->body);
}

std::string name_of(const policy::CertificateFacts& facts) {
  return facts.names.empty() ? facts.subject : facts.names.front();
}

}  // namespace

std::shared_ptr<net::Staple> Certificates::staple_of(const policy::Certificate& certificate) {
  const std::lock_guard lock(mutex_);
  std::weak_ptr<net::Staple>& known = staples_[certificate.facts().sha256];
  auto staple = known.lock();
  if (staple == nullptr) known = staple = std::make_shared<net::Staple>();
  return staple;
}

void Certificates::adopt(std::vector<PresentedCertificate> presented) {
  const std::lock_guard lock(mutex_);
  presented_ = std::move(presented);
  std::map<std::string, Due> due;
  for (const PresentedCertificate& one : presented_) {
    if (!one.fetches || policy::ocsp_url(*one.certificate).empty()) continue;
    const std::string& key = one.certificate->facts().sha256;
    const auto before = due_.find(key);
    due[key] = before != due_.end() ? before->second : Due{};
  }
  due_ = std::move(due);
  std::erase_if(staples_, [](const auto& entry) { return entry.second.expired(); });
  warned_at_ = 0;
}

void Certificates::tick(net::Offload& pool, SteadyTime now, std::int64_t unix_now) {
  std::vector<PresentedCertificate> to_fetch;
  {
    const std::lock_guard lock(mutex_);
    for (const PresentedCertificate& one : presented_) {
      const auto due = due_.find(one.certificate->facts().sha256);
      if (!one.fetches || due == due_.end() || due->second.fetching || due->second.at > now)
        continue;
      due->second.fetching = true;
      to_fetch.push_back(one);
    }
  }
  for (PresentedCertificate& one : to_fetch) {
    const std::string key = one.certificate->facts().sha256;
    pool.run([this, one = std::move(one), stop = pool.ending()] { fetch(one, stop); },
             [this, key](bool ran) {
               const std::lock_guard lock(mutex_);
               const auto due = due_.find(key);
               if (due == due_.end()) return;
               due->second.fetching = false;
               if (!ran) due->second.at = std::chrono::steady_clock::now() + kAfterFailure;
             });
  }
  warn_of_ends(unix_now);
}

void Certificates::fetch(const PresentedCertificate& of, std::stop_token stop) {
  const std::int64_t now = SystemClock().unix_now() / 1'000'000;
  const std::string name = name_of(of.certificate->facts());
  std::chrono::seconds rest = kAfterFailure;
  const auto answer = ask_responder(*of.certificate, stop);
  if (stop.stop_requested()) return;
  if (!answer) {
    log_.warning(fmt::format("no OCSP answer for {}: {}", name, answer.error().why));
  } else if (const auto times = policy::read_ocsp(*answer, *of.certificate, now)) {
    of.staple->set(*answer);
    rest = std::chrono::seconds(rest_of(*times, now));
  } else {
    log_.warning(fmt::format("the OCSP answer for {} is not stapled: {}", name, times.error()));
  }
  // One that has become too old says nothing to a client any more.
  const auto kept = of.staple->answer();
  if (kept != nullptr && !policy::read_ocsp(*kept, *of.certificate, now)) of.staple->set("");
  const std::lock_guard lock(mutex_);
  const auto due = due_.find(of.certificate->facts().sha256);
  if (due != due_.end()) due->second.at = std::chrono::steady_clock::now() + rest;
}

void Certificates::warn_of_ends(std::int64_t unix_now) {
  std::vector<std::string> warnings;
  {
    const std::lock_guard lock(mutex_);
    if (unix_now - warned_at_ < kDay) return;
    warned_at_ = unix_now;
    std::set<std::string> seen;
    for (const PresentedCertificate& one : presented_) {
      const policy::CertificateFacts& facts = one.certificate->facts();
      const std::string words = policy::time_warning(facts, unix_now);
      if (words.empty() || one.is_stand_in || !seen.insert(facts.sha256).second) continue;
      warnings.push_back(fmt::format("the certificate of {} (listener {}) {}", name_of(facts),
                                     one.listener, words));
    }
  }
  for (const std::string& warning : warnings) log_.warning(warning);
}

std::vector<control::CertificateState> Certificates::states() const {
  const std::lock_guard lock(mutex_);
  std::vector<control::CertificateState> states;
  for (const PresentedCertificate& one : presented_) {
    const policy::CertificateFacts& facts = one.certificate->facts();
    states.push_back({one.listener, name_of(facts), facts.names, facts.issuer, facts.sha256,
                      facts.not_after * 1'000'000, one.staple->answer() != nullptr,
                      one.is_stand_in});
  }
  return states;
}

}  // namespace gateway

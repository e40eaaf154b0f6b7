#include "gatewayd/acme/renewal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <filesystem>

#include "gatewayd/acme/account_key.h"
#include "gatewayd/acme/client.h"
#include "gatewayd/acme/new_key.h"
#include "gatewayd/net/ask.h"
#include "shared/config/address.h"
#include "shared/config/files.h"
#include "shared/config/write_file.h"

namespace gateway::acme {
namespace {

namespace fs = std::filesystem;

constexpr milliseconds kFirstPause{60'000};
constexpr milliseconds kLongestPause = std::chrono::hours(6);
constexpr milliseconds kCallTimeout{20'000};

std::string path_of(const config::Acme& acme, const Names& names) {
  return fmt::format("{}/{}.pem", acme.state, names.front());
}

std::int64_t unix_now() {
  return SystemClock().unix_now() / 1'000'000;
}

bool covers(const policy::Certificate& certificate, const Names& names) {
  const auto& has = certificate.facts().names;
  return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
    return std::find(has.begin(), has.end(), name) != has.end();
  });
}

// The file holds the chain and the key; null when it is not there or holds something else.
policy::Certificate::Pointer read_kept(const config::Acme& acme, const Names& names) {
  const auto text = config::read_file(path_of(acme, names));
  if (!text) return nullptr;
  auto loaded = policy::Certificate::load(*text, *text);
  if (!loaded || !covers(**loaded, names)) return nullptr;
  return std::move(*loaded);
}

// Only this user may read what the folder holds; "" or why it could not be written.
std::string write_secret(const std::string& folder, const std::string& path,
                         const std::string& text) {
  std::error_code failure;
  fs::create_directories(folder, failure);
  ::chmod(folder.c_str(), S_IRWXU);
  // The file is there before its text, with the mode that the text is to have.
  const int fd =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  if (fd >= 0) ::close(fd);
  const auto written = config::write_file(path, text);
  return written.ok() ? std::string() : written.error().reason;
}

Result<AccountKey, std::string> account_key(const config::Acme& acme) {
  const std::string path = acme.state + "/account.key";
  if (const auto text = config::read_file(path); text && !text->empty()) {
    auto key = AccountKey::read(*text);
    if (!key) return fmt::format("{} holds no key on P-256 in PEM", path);
    return std::move(*key);
  }
  AccountKey key = AccountKey::make();
  const std::string fault = write_secret(acme.state, path, key.pem());
  if (!fault.empty()) return fmt::format("{} cannot be written: {}", path, fault);
  return key;
}

Result<Answer, std::string> call(const Call& call, const std::string& authorities,
                                 const std::stop_token& stop) {
  const auto url = config::parse_url(call.url);
  if (!url) return fmt::format("\"{}\" is no URL", call.url.substr(0, 200));
  net::Question question;
  question.tls = url->tls;
  question.host = url->host;
  question.port = url->port;
  question.method = call.method;
  question.target = url->path.empty() ? "/" : std::string(url->path);
  question.fields = {{"User-Agent", "gatewayd/" GATEWAYD_VERSION}};
  if (!call.body.empty()) question.fields.emplace_back("Content-Type", "application/jose+json");
  question.body = call.body;
  question.timeout = kCallTimeout;
  question.authorities = authorities;
  question.stop = stop;
  auto reply = net::ask(question);
  if (!reply.ok()) return fmt::format("{}: {}", url->host, reply.error().reason);
  return Answer{reply->status, std::move(reply->body), std::move(reply->fields)};
}

// Until the time is over, true, or the pool ends.
bool pause_for(milliseconds time, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any ended;
  std::unique_lock lock(mutex);
  ended.wait_for(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace

Held Renewal::certificate_of(const config::Acme& acme, const Names& names) {
  const std::lock_guard lock(mutex_);
  Order& order = orders_[names];
  if (order.held.certificate != nullptr && !order.held.is_stand_in) return order.held;
  if (auto kept = read_kept(acme, names)) {
    order.held = {std::move(kept), false};
  } else if (order.held.certificate == nullptr) {
    const std::string text = self_signed(names, unix_now());
    auto made = policy::Certificate::load(text, text);
    if (made) order.held = {std::move(*made), true};
  }
  return order.held;
}

void Renewal::adopt(std::optional<config::Acme> acme, std::string authorities,
                    std::vector<Names> wanted) {
  const std::lock_guard lock(mutex_);
  acme_ = std::move(acme);
  authorities_ = std::move(authorities);
  wanted_ = std::move(wanted);
  std::erase_if(orders_, [&](const auto& entry) {
    const bool stays = std::find(wanted_.begin(), wanted_.end(), entry.first) != wanted_.end();
    return !stays && !entry.second.under_way;
  });
}

bool Renewal::is_due(const Order& order, const Names& names, SteadyTime now,
                     std::int64_t unix_time) const {
  if (order.under_way || order.next_try > now) return false;
  if (order.held.certificate == nullptr || order.held.is_stand_in) return true;
  const policy::CertificateFacts& facts = order.held.certificate->facts();
  const std::int64_t third = (facts.not_after - facts.not_before) / 3;
  return unix_time >= facts.not_after - third || !covers(*order.held.certificate, names);
}

void Renewal::tick(net::Offload& pool, SteadyTime now, std::int64_t unix_time) {
  std::vector<Names> due;
  std::optional<config::Acme> acme;
  std::string authorities;
  {
    const std::lock_guard lock(mutex_);
    if (!acme_) return;
    acme = acme_;
    authorities = authorities_;
    for (const Names& names : wanted_) {
      Order& order = orders_[names];
      if (!is_due(order, names, now, unix_time)) continue;
      order.under_way = true;
      due.push_back(names);
    }
  }
  for (const Names& names : due) {
    pool.run([this, acme = *acme, authorities, names,
              stop = pool.ending()] { order(acme, authorities, names, stop); },
             [this, names](bool ran) {
               const std::lock_guard lock(mutex_);
               orders_[names].under_way = false;
               if (!ran) orders_[names].next_try = std::chrono::steady_clock::now() + kFirstPause;
             });
  }
}

void Renewal::order(const config::Acme& acme, const std::string& authorities, const Names& names,
                    std::stop_token stop) {
  std::string fault;
  policy::Certificate::Pointer brought;
  log_.info(fmt::format("asking {} for a certificate of {}", acme.directory.value, names.front()));
  if (auto key = account_key(acme); !key) {
    fault = key.error();
  } else {
    Client client(*key, acme.directory.value, acme.contact, challenges_,
                  {[&](const Call& what) { return call(what, authorities, stop); },
                   [&](milliseconds time) { return pause_for(time, stop); }});
    auto issued = client.order(names);
    if (!issued) {
      fault = issued.error();
    } else if (auto loaded = policy::Certificate::load(issued->chain, issued->key); !loaded) {
      fault = "what the server sent cannot be used: " + loaded.error().reason;
    } else {
      fault = write_secret(acme.state, path_of(acme, names), issued->chain + issued->key);
      if (fault.empty()) brought = std::move(*loaded);
    }
  }
  if (stop.stop_requested()) return;
  const std::lock_guard lock(mutex_);
  Order& mine = orders_[names];
  if (brought != nullptr) {
    mine.held = {std::move(brought), false};
    mine.pause = {};
    renewed_ = true;
    log_.info(fmt::format("the certificate of {} has come", names.front()));
    return;
  }
  mine.pause = mine.pause == milliseconds{} ? kFirstPause : std::min(mine.pause * 2, kLongestPause);
  mine.next_try = std::chrono::steady_clock::now() + mine.pause;
  log_.warning(fmt::format("no certificate of {}: {}; the next try is in {} min", names.front(),
                           fault, mine.pause.count() / 60'000));
}

}  // namespace gateway::acme

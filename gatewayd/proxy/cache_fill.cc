#include "gatewayd/proxy/cache_fill.h"

#include <algorithm>

namespace gateway::proxy {
namespace {

using policy::CacheEntry;

// How long nobody waits for an answer that was not kept when it last came.
constexpr std::int64_t kPassFor = 30;  // seconds
// What a body grows by at first; then it doubles.
constexpr std::size_t kFirstPiece = 4096;

bool is_failure(std::uint16_t status) {
  return status == 500 || status == 502 || status == 503 || status == 504;  // RFC 5861 §4
}

}  // namespace

CacheFill::CacheFill(policy::CacheStore& store, const decision::Exchange& x, const Fields& fields,
                     policy::FillTicket ticket)
    : store_(store),
      rules_(*x.route->cache),
      asker_(x.cache.asker),
      fields_(fields),
      ticket_(std::move(ticket)),
      old_(x.cache.entry),
      may_stand_in_(old_ != nullptr && x.cache.reuse.if_error),
      compresses_(!x.route->compress.off()) {
  began_.key = x.cache_key;
  began_.hash = x.cache.hash;
  store_.begin(began_);
}

std::shared_ptr<CacheEntry> CacheFill::make_entry() const {
  auto entry = std::make_shared<CacheEntry>();
  entry->key = began_.key;
  entry->hash = began_.hash;
  entry->slot = began_.slot;
  entry->generation = began_.generation;
  entry->purges = began_.purges;
  return entry;
}

// Where the gateway compresses, one answer serves every coding: unless the service has compressed
// it.
bool CacheFill::read_vary(const Fields& answer, policy::VaryValues& out) const {
  const bool own = compresses_ && find_field(answer, FieldId::content_encoding) == nullptr;
  const FieldId besides = own ? FieldId::accept_encoding : FieldId::other;
  return policy::read_vary(answer, fields_, besides, out);
}

void CacheFill::give_up() {
  entry_.reset();
  body_.reset();
  ticket_.end();
}

// Whoever comes next is not made to wait in vain; first, so that those who wait see it.
void CacheFill::pass_for_a_while(std::int64_t now) {
  auto mark = make_entry();
  mark->times.received = now;
  mark->passes_until = now + kPassFor;
  store_.insert(std::move(mark));
  give_up();
}

bool CacheFill::renew(const http::ResponseHead& response, const policy::CacheAnswer& answer) {
  auto entry = make_entry();
  policy::update_head(*entry, *old_, response.fields);
  entry->times = answer.times;
  if (!read_vary(entry->fields, entry->vary)) return false;
  renewed_ = entry;
  if (answer.kept) store_.insert(std::move(entry));
  ticket_.end();
  return true;
}

CacheFill::Verdict CacheFill::judge(const http::ResponseHead& response, seconds delay,
                                    std::int64_t now) {
  verdict_ = judge_head(response, delay, now);
  return verdict_;
}

CacheFill::Verdict CacheFill::judge_head(const http::ResponseHead& response, seconds delay,
                                         std::int64_t now) {
  if (may_stand_in_ && is_failure(response.status)) {
    ticket_.end();
    return Verdict::stands_in;
  }
  if (response.status == 304 && old_ != nullptr) {
    // What the 304 does not say anew, the kept answer says still.
    CacheEntry merged;
    policy::update_head(merged, *old_, response.fields);
    const auto answer =
        policy::judge_answer(rules_, asker_, {old_->status, merged.fields, delay}, now);
    if (renew(response, answer)) return Verdict::validated;
  }
  const auto answer =
      policy::judge_answer(rules_, asker_, {response.status, response.fields, delay}, now);
  auto entry = make_entry();
  const bool known_to_be_long =
      response.has_content_length && response.content_length > rules_.max_entry;
  if (!answer.kept || known_to_be_long || !read_vary(response.fields, entry->vary)) {
    ticket_ ? pass_for_a_while(now) : give_up();
    return Verdict::passes;
  }
  entry->status = response.status;
  entry->minor = response.minor;
  policy::copy_head(*entry, response.status_line_rest, response.fields);
  entry->times = answer.times;
  entry_ = std::move(entry);
  body_ = std::make_shared<policy::CacheBody>();
  body_->share = store_.new_share();
  if (policy::charge_of(*entry_) > rules_.max_entry) give_up();
  if (entry_ != nullptr && response.has_content_length && response.framing != http::Framing::none) {
    const auto length = static_cast<std::size_t>(response.content_length);
    if (!store_.reserve(body_->share, length)) {
      give_up();
    } else {
      body_->bytes.reserve(length);
    }
  }
  return Verdict::passes;
}

void CacheFill::add(std::string_view data) {
  if (entry_ == nullptr) return;
  std::string& bytes = body_->bytes;
  const std::size_t needed = bytes.size() + data.size();
  if (needed + policy::charge_of(*entry_) > rules_.max_entry) return give_up();
  if (needed > body_->share.bytes()) {
    const std::size_t grown =
        std::min(std::max(needed, std::max(kFirstPiece, 2 * bytes.size())), rules_.max_entry);
    if (!store_.reserve(body_->share, grown - body_->share.bytes())) return give_up();
    bytes.reserve(grown);
  }
  bytes.append(data);
}

void CacheFill::end(bool whole) {
  if (entry_ == nullptr) return;
  if (whole) {
    entry_->body = std::move(body_);
    store_.insert(std::move(entry_));
  }
  give_up();
}

}  // namespace gateway::proxy

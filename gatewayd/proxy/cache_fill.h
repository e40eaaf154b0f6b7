#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "gatewayd/http/head.h"
#include "shared/decision/exchange.h"
#include "shared/policy/cache_store.h"

namespace gateway::proxy {

// A service's answer on its way into the cache: judged by its head, then collected beside what the
// client is sent. Ends the wait of those who wait for it when it is destroyed, or sooner when its
// head tells that it is not kept. Owned by the request, or by the copy that refreshes an answer;
// used on one worker's thread.
class CacheFill {
 public:
  // What becomes of an answer whose head has come.
  enum class Verdict : std::uint8_t {
    passes,     // to the client, and into the cache or not
    validated,  // it is a 304 for the cache alone: renewed() is what the client gets
    stands_in   // it is a failure that the stale answer stands in for
  };

  // `fields`: of the client's request, for Vary; must outlive this.
  CacheFill(policy::CacheStore& store, const decision::Exchange& x, const Fields& fields,
            policy::FillTicket ticket);

  // `delay`: from sending the request to having the head. `now`: Unix seconds.
  Verdict judge(const http::ResponseHead& response, seconds delay, std::int64_t now);
  // A piece of the content, as it came.
  void add(std::string_view data);
  // The content's end, or what took its place.
  void end(bool whole);

  Verdict verdict() const { return verdict_; }  // of the last head; passes: none has come
  bool keeps() const { return entry_ != nullptr; }
  // The kept answer as the 304 renewed it.
  const std::shared_ptr<const policy::CacheEntry>& renewed() const { return renewed_; }

 private:
  std::shared_ptr<policy::CacheEntry> make_entry() const;
  bool read_vary(const Fields& answer, policy::VaryValues& out) const;
  Verdict judge_head(const http::ResponseHead& response, seconds delay, std::int64_t now);
  bool renew(const http::ResponseHead& response, const policy::CacheAnswer& answer);
  void give_up();
  void pass_for_a_while(std::int64_t now);

  policy::CacheStore& store_;
  const policy::CacheRules rules_;
  const policy::CacheAsker asker_;
  const Fields& fields_;
  policy::FillTicket ticket_;
  policy::CacheEntry began_;                       // its key, and what must not change meanwhile
  std::shared_ptr<const policy::CacheEntry> old_;  // what a 304 would renew; may be null
  const bool may_stand_in_;
  const bool compresses_;  // the gateway does, what is kept as it is
  Verdict verdict_ = Verdict::passes;
  std::shared_ptr<const policy::CacheEntry> renewed_;
  std::shared_ptr<policy::CacheEntry> entry_;  // while it may be kept
  std::shared_ptr<policy::CacheBody> body_;
};

}  // namespace gateway::proxy

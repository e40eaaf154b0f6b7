#pragma once

#include "gatewayd/proxy/outgoing.h"
#include "gatewayd/proxy/view.h"

namespace gateway::proxy {

// Copies that each worker has under way at once; further ones are not made.
inline constexpr std::size_t kMaxMirrored = 64;
// Longest body that is copied, as far as it is at hand before the request is sent.
inline constexpr std::size_t kMaxMirroredBody = 64 * 1024;

// Takes the answer to a copy: its final head, its content piece by piece, and its end. Destroyed
// once nothing more comes, `end` or not.
class CopyAnswer {
 public:
  virtual ~CopyAnswer() = default;
  virtual void head(const http::ResponseHead& response) = 0;
  virtual void data(std::string_view piece) = 0;
  virtual void end(bool whole) = 0;
};

// A request that nobody waits for.
struct CopyOf {
  Patience patience;
  std::string bytes;  // head and body
  bool to_head = false;
};

// Sends it to a peer of `service`, which `view` has the peers of, beside everything else. `answer`:
// null, when the answer is dropped. Its failure is nobody's; it may not be sent at all.
void send_copy(Context& context, const decision::Snapshot& snapshot, const ServiceView& view,
               const config::Service& service, CopyOf copy, std::unique_ptr<CopyAnswer> answer);

// Sends a copy of the request, whose body is held whole, to a peer of `service`, which `view` has
// the peers of, beside everything else: nobody waits for it, its answer is read and dropped, and
// its failure is nobody's.
void mirror_request(const Outgoing& request, const ServiceView& view,
                    const config::Service& service, Patience patience);

}  // namespace gateway::proxy

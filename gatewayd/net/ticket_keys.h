#pragma once

#include <openssl/types.h>

#include <array>
#include <memory>
#include <mutex>
#include <vector>

#include "shared/base/clock.h"

namespace gateway::net {

// The keys that session tickets are sealed with (RFC 5077 §4, RFC 8446 §4.6.1), shared by all
// workers and kept over reloads. A key seals for one period and opens what it sealed for one more;
// then it is gone, and with it what was sealed: who has this process's memory later learns nothing
// of sessions that are over. Any thread.
class TicketKeys {
 public:
  // `period`: after which a new key seals; a ticket is good for one to two of them.
  TicketKeys(milliseconds period, SteadyTime now);
  ~TicketKeys();
  TicketKeys(const TicketKeys&) = delete;
  TicketKeys& operator=(const TicketKeys&) = delete;

  // Makes a new key when it is time to.
  void rotate(SteadyTime now);

  // For SSL_CTX_set_tlsext_ticket_key_evp_cb: seals (`seal` not 0) or opens one ticket. 1: done;
  // 2: done, and a new ticket is due; 0: the key is not known any more; -1: failed.
  int apply(unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
            int seal) const;

 private:
  struct Key {
    std::array<unsigned char, 16> name;
    std::array<unsigned char, 32> cipher;
    std::array<unsigned char, 32> mac;
    ~Key();
  };
  using Ring = std::vector<std::shared_ptr<const Key>>;  // the newest first

  static std::shared_ptr<const Key> make_key();
  Ring ring() const;

  const milliseconds period_;
  EVP_CIPHER* cipher_;
  mutable std::mutex mutex_;  // guards what follows
  SteadyTime made_at_;
  Ring ring_;
};

}  // namespace gateway::net

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shared/policy/origin.h"

namespace gateway::policy {

// Which origins a rule names: "https://a.example", "https://a.example:8443", or
// "https://*.a.example": one or more labels in front of ".a.example", never a.example itself, same
// scheme and port. Compared without case and with default ports dropped. Built once a snapshot,
// const afterwards; a look-up allocates nothing.
class OriginSet {
 public:
  // A static sentence on what is wrong with one entry; nullptr when it can be added.
  static const char* fault(std::string_view text);

  // An entry with a fault is left out: it matches nothing.
  void add(std::string_view text);

  bool contains(const Origin& origin) const;
  // The same for a good Origin field. Browsers send the one form that is kept here, so that most
  // often the text itself is found.
  bool contains(const OriginField& field) const;

 private:
  struct Below {
    std::string scheme;
    std::string suffix;  // ".a.example"
    std::uint16_t port;
  };

  std::vector<std::string> exact_;  // serialized, sorted
  std::vector<Below> below_;
};

}  // namespace gateway::policy

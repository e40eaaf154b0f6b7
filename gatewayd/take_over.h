#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gatewayd/offer.h"

namespace gateway {

// The new gatewayd's side. Its end, before finish(), leaves everything to the old one.
class TakeOver {
 public:
  // Asks whoever answers beside `control_socket`; waits for the offer.
  static Result<TakeOver, std::string> ask(const std::string& control_socket);

  Offer offer;

  // Tells the old one that this one serves the listeners `taken`, and waits for its consent. Empty,
  // or why it is to stop again.
  std::string finish(const std::vector<std::string>& taken);
  // Tells the old one instead why this one cannot.
  void give_up(const std::string& why);

 private:
  explicit TakeOver(Descriptor connection) : connection_(std::move(connection)) {}
  Descriptor connection_;
};

}  // namespace gateway

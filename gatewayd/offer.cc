#include "gatewayd/offer.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "gatewayd/packet.h"

namespace gateway {
namespace {

using nlohmann::json;

constexpr int kFormat = 1;                  // of the packets: fields are only ever added
constexpr std::size_t kMostPackets = 1024;  // of an offer: one for each listener, and few more
constexpr std::size_t kLongestReason = 2000;

json parse(const std::optional<Packet>& packet) {
  json content = packet ? json::parse(packet->text, nullptr, /*allow_exceptions=*/false) : json();
  return content.is_object() ? content : json::object();
}

// A field of the other side's, "" when it is not there or no text.
std::string text_of(const json& content, const char* key) {
  const auto found = content.find(key);
  return found != content.end() && found->is_string() ? found->get<std::string>() : "";
}

std::vector<std::string> texts_of(const json& content, const char* key) {
  std::vector<std::string> texts;
  const auto found = content.find(key);
  if (found == content.end() || !found->is_array()) return texts;
  for (const json& item : *found) {
    if (item.is_string()) texts.push_back(item.get<std::string>());
  }
  return texts;
}

bool send(int socket, const json& content, const std::vector<int>& descriptors = {}) {
  return send_packet(socket, content.dump(-1, ' ', false, json::error_handler_t::replace),
                     descriptors);
}

bool send_listener(int socket, const Inherited& listener) {
  const json content = {
      {"listener", listener.name}, {"asked", listener.asked}, {"held", listener.held}};
  for (std::size_t at = 0; at < listener.sockets.size(); at += kMaxPacketDescriptors) {
    std::vector<int> some;
    const std::size_t end = std::min(at + kMaxPacketDescriptors, listener.sockets.size());
    for (std::size_t i = at; i < end; ++i) some.push_back(listener.sockets[i].get());
    if (!send(socket, content, some)) return false;
  }
  return true;
}

void take_listener(const json& content, Packet& packet, std::vector<Inherited>& all) {
  const std::string name = text_of(content, "listener");
  const auto held = content.find("held");
  if (all.empty() || all.back().name != name) {
    all.push_back({name, text_of(content, "asked"), held != content.end() && *held == true, {}});
  }
  for (Descriptor& socket : packet.descriptors) {
    all.back().sockets.push_back(std::move(socket));
  }
}

}  // namespace

std::string hand_over_path(const std::string& control_socket) {
  return control_socket + ".handover";
}

bool send_offer(int socket, const Offer& offer) {
  for (const Inherited& listener : offer.sockets) {
    if (!send_listener(socket, listener)) return false;
  }
  if (!offer.store.empty() && !send(socket, {{"store", offer.store}}, {offer.store_lock.get()})) {
    return false;
  }
  return send(socket, {{"format", kFormat}, {"offered", GATEWAYD_VERSION}});
}

void send_refusal(int socket, const std::string& why) {
  send(socket, {{"refused", why}});
}

bool send_consent(int socket) {
  return send(socket, {{"gone", true}});
}

Result<Offer, std::string> receive_offer(int socket, std::chrono::milliseconds patience) {
  Offer offer;
  for (std::size_t packets = 0; packets < kMostPackets; ++packets) {
    auto packet = receive_packet(socket, patience);
    const json content = parse(packet);
    if (content.contains("offered")) return offer;
    if (content.contains("listener")) {
      take_listener(content, *packet, offer.sockets);
    } else if (content.contains("store") && packet->descriptors.size() == 1) {
      offer.store = text_of(content, "store");
      offer.store_lock = std::move(packet->descriptors.front());
    } else if (!content.contains("format")) {
      const std::string refusal = text_of(content, "refused");
      return refusal.empty() ? "the running gatewayd ended the hand-over" : refusal;
    }
  }
  return std::string("the running gatewayd offers more than this one takes");
}

bool receive_consent(int socket, std::chrono::milliseconds patience) {
  return parse(receive_packet(socket, patience)).contains("gone");
}

bool send_ready(int socket, const std::vector<std::string>& taken) {
  return send(socket, {{"format", kFormat}, {"ready", taken}});
}

void send_failure(int socket, const std::string& why) {
  send(socket, {{"format", kFormat}, {"failed", why.substr(0, kLongestReason)}});
}

Result<std::vector<std::string>, std::string> receive_ready(int socket,
                                                            std::chrono::milliseconds patience,
                                                            int bell) {
  const json content = parse(receive_packet(socket, patience, bell));
  if (!content.contains("ready")) return text_of(content, "failed");
  return texts_of(content, "ready");
}

}  // namespace gateway

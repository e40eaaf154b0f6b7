#include "gatewayd/journal/recent.h"

#include <algorithm>

namespace gateway::journal {

void RecentWindow::add(std::int64_t now_s, NameId service, std::uint16_t status,
                       std::uint32_t total_us) {
  if (last_ == nullptr || last_service_ != service) {
    if (services_.size() >= kMaxServices && !services_.contains(service)) return;
    last_ = &services_[service];
    last_service_ = service;
  }
  const std::int64_t number = now_s / kSlotSeconds;
  Slot& slot = (*last_)[static_cast<std::size_t>(number) % kSlots];
  if (slot.number != number) {
    slot.number = number;
    slot.errors = 0;
    slot.max_us = 0;
    slot.latency.clear();
  }
  slot.latency.add(total_us);
  slot.max_us = std::max(slot.max_us, total_us);
  if (status >= 500) ++slot.errors;
}

std::vector<RecentFigures> RecentWindow::figures(std::int64_t now_s) const {
  const std::int64_t newest = now_s / kSlotSeconds;
  const std::int64_t oldest = newest - static_cast<std::int64_t>(kSlots) + 1;
  std::vector<RecentFigures> out;
  for (const auto& [service, slots] : services_) {
    RecentFigures figures;
    figures.service = service;
    store::Histogram latency;
    std::uint32_t max_us = 0;
    for (const Slot& slot : slots) {
      if (slot.number < oldest || slot.number > newest) continue;
      latency.merge(slot.latency);
      figures.errors_5xx += slot.errors;
      max_us = std::max(max_us, slot.max_us);
    }
    figures.requests = latency.count();
    figures.p50_us = std::min(latency.percentile(0.50), max_us);
    figures.p99_us = std::min(latency.percentile(0.99), max_us);
    if (figures.requests > 0) out.push_back(figures);
  }
  return out;
}

}  // namespace gateway::journal

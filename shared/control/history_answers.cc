#include "shared/control/json_fields.h"
#include "shared/control/messages.h"
#include "shared/control/queries.h"

namespace gateway::control {
namespace {

using nlohmann::json;

json or_null(const std::string& text) {
  return text.empty() ? json(nullptr) : json(text);
}

json document_of(const store::HealthChangeEntry& entry) {
  return {{"time", format_rfc3339(entry.time)},
          {"service", entry.service},
          {"instance", entry.instance},
          {"address", entry.address},
          {"from", entry.from},
          {"to", entry.to},
          {"reason", entry.reason}};
}

json document_of(const store::BreakerChangeEntry& entry) {
  json requests = json::array();
  for (const Uuid& id : entry.requests) requests.push_back(to_string(id));
  return {{"time", format_rfc3339(entry.time)},
          {"service", entry.service},
          {"instance", or_null(entry.instance)},
          {"from", entry.from},
          {"to", entry.to},
          {"reason", entry.reason},
          {"requests", std::move(requests)},
          {"by", or_null(entry.by)}};
}

json document_of(const store::CheckSum& sum) {
  return {{"service", sum.service}, {"instance", sum.instance}, {"passed", sum.passed},
          {"failed", sum.failed},   {"mean_us", sum.mean_us},   {"max_us", sum.max_us}};
}

template <class Entries>
json documents_of(const Entries& entries) {
  json out = json::array();
  for (const auto& entry : entries) out.push_back(document_of(entry));
  return out;
}

template <class Entry>
void read_change(const json& in, Entry& entry) {
  read_time(in, "time", entry.time);
  read_field(in, "service", entry.service);
  read_field(in, "instance", entry.instance);
  read_field(in, "from", entry.from);
  read_field(in, "to", entry.to);
  read_field(in, "reason", entry.reason);
}

void read_entry(const json& in, store::HealthChangeEntry& entry) {
  read_change(in, entry);
  read_field(in, "address", entry.address);
}

void read_entry(const json& in, store::BreakerChangeEntry& entry) {
  read_change(in, entry);
  read_field(in, "by", entry.by);
  for (const auto& id : in.value("requests", json::array())) {
    if (const auto parsed = parse_uuid(id.get<std::string>())) entry.requests.push_back(*parsed);
  }
}

void read_entry(const json& in, store::CheckSum& sum) {
  read_field(in, "service", sum.service);
  read_field(in, "instance", sum.instance);
  read_field(in, "passed", sum.passed);
  read_field(in, "failed", sum.failed);
  read_field(in, "mean_us", sum.mean_us);
  read_field(in, "max_us", sum.max_us);
}

template <class Entry>
void read_entries(const json& in, const char* key, std::vector<Entry>& entries) {
  for (const auto& entry : in.value(key, json::array())) read_entry(entry, entries.emplace_back());
}

}  // namespace

json to_document(const store::HealthHistory& history) {
  return {{"format", kFormat},
          {"changes", documents_of(history.changes)},
          {"breakers", documents_of(history.breakers)},
          {"checks", documents_of(history.checks)},
          {"complete", history.complete}};
}

store::HealthHistory history_from(const json& document) {
  store::HealthHistory history;
  read_entries(document, "changes", history.changes);
  read_entries(document, "breakers", history.breakers);
  read_entries(document, "checks", history.checks);
  read_field(document, "complete", history.complete);
  return history;
}

}  // namespace gateway::control

#include "shared/policy/cache_entry.h"

#include <algorithm>

namespace gateway::policy {
namespace {

// What a CacheBody takes beside its bytes.
constexpr std::size_t kBodyOverhead = 192;

// Of one hop, or made anew for each answer.
bool is_of_hop(const Field& field) {
  switch (field.id) {
    case FieldId::connection:
    case FieldId::keep_alive:
    case FieldId::proxy_connection:
    case FieldId::proxy_authenticate:
    case FieldId::proxy_authorization:
    case FieldId::te:
    case FieldId::trailer:
    case FieldId::transfer_encoding:
    case FieldId::upgrade:
    case FieldId::content_length:
    case FieldId::age:
    case FieldId::x_request_id:
      return true;
    default:
      return false;
  }
}

bool is_named_by_connection(const Fields& fields, std::string_view name) {
  bool named = false;
  for (const Field& field : fields) {
    if (field.id != FieldId::connection) continue;
    for_each_element(field.value,
                     [&](std::string_view option) { named |= ascii_iequals(option, name); });
  }
  return named;
}

bool is_kept(const Fields& fields, const Field& field) {
  return !is_of_hop(field) && !is_named_by_connection(fields, field.name);
}

// What a 304 does not say anew: it describes the content, which stays (RFC 9111 §3.2).
bool stays(const Field& field) {
  if (field.id == FieldId::content_encoding) return true;
  return ascii_iequals(field.name, "content-range") || ascii_iequals(field.name, "content-type");
}

class HeadWriter {
 public:
  explicit HeadWriter(CacheEntry& entry) : entry_(entry) {}

  void reserve(std::size_t bytes) { entry_.head.reserve(bytes); }
  void begin(std::string_view status_line_rest) {
    entry_.head.assign(status_line_rest);
    status_end_ = entry_.head.size();
    entry_.head.append("\r\n");
  }
  void add(const Field& field) {
    places_.push_back({entry_.head.size(), field.name.size(), field.value.size(), field.id});
    entry_.head.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  // The views, once the text stays where it is.
  void finish() {
    const std::string_view head = entry_.head;
    entry_.status_line_rest = head.substr(0, status_end_);
    entry_.fields.clear();
    entry_.fields.reserve(places_.size());
    for (const Place& place : places_) {
      const std::size_t value = place.at + place.name + 2;
      entry_.fields.push_back({head.substr(place.at, place.name), head.substr(value, place.value),
                               head.substr(place.at, place.name + place.value + 4), place.id});
    }
    entry_.validators = validators_of(entry_.fields);
    entry_.tags = cache_tags(entry_.fields);
  }

 private:
  struct Place {
    std::size_t at, name, value;
    FieldId id;
  };
  CacheEntry& entry_;
  std::size_t status_end_ = 0;
  std::vector<Place> places_;
};

}  // namespace

std::size_t charge_of(const CacheEntry& entry) {
  std::size_t bytes = kEntryOverhead + kBodyOverhead + entry.key.capacity() +
                      entry.head.capacity() + entry.fields.capacity() * sizeof(Field) +
                      entry.tags.capacity() * sizeof(std::string_view);
  for (const auto& [name, value] : entry.vary) {
    bytes += sizeof(VaryValues::value_type) + name.capacity() + value.capacity();
  }
  return bytes;
}

void copy_head(CacheEntry& entry, std::string_view status_line_rest, const Fields& fields) {
  HeadWriter writer(entry);
  std::size_t bytes = status_line_rest.size() + 2;
  for (const Field& field : fields) bytes += field.name.size() + field.value.size() + 4;
  writer.reserve(bytes);
  writer.begin(status_line_rest);
  for (const Field& field : fields) {
    if (is_kept(fields, field)) writer.add(field);
  }
  writer.finish();
}

void update_head(CacheEntry& entry, const CacheEntry& old, const Fields& fields) {
  const auto is_new = [&](const Field& field) { return is_kept(fields, field) && !stays(field); };
  HeadWriter writer(entry);
  writer.begin(old.status_line_rest);
  for (const Field& field : old.fields) {
    const bool replaced = std::any_of(fields.begin(), fields.end(), [&](const Field& other) {
      return is_new(other) && ascii_iequals(other.name, field.name);
    });
    if (!replaced) writer.add(field);
  }
  for (const Field& field : fields) {
    if (is_new(field)) writer.add(field);
  }
  writer.finish();
  entry.status = old.status;
  entry.minor = old.minor;
  entry.body = old.body;
}

}  // namespace gateway::policy

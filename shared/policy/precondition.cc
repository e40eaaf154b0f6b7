#include "shared/policy/precondition.h"

#include "shared/policy/http_date.h"

namespace gateway::policy {
namespace {

std::string_view opaque(std::string_view etag) {
  return etag.starts_with("W/") ? etag.substr(2) : etag;
}

// The entity tags of a list; commas may stand within their quotes.
template <class Item>
void for_each_etag(std::string_view list, Item item) {
  while (!list.empty()) {
    const std::size_t open = list.find('"');
    if (open == list.npos) return;
    const std::size_t close = list.find('"', open + 1);
    if (close == list.npos) return;
    const bool weak = open >= 2 && list.substr(open - 2, 2) == "W/";
    const std::size_t begin = weak ? open - 2 : open;
    item(list.substr(begin, close + 1 - begin));
    list.remove_prefix(close + 1);
  }
}

}  // namespace

Validators validators_of(const Fields& answer) {
  Validators validators;
  for (const Field& field : answer) {
    if (field.id == FieldId::etag) validators.etag = field.value;
    if (field.id == FieldId::other && ascii_iequals(field.name, "last-modified")) {
      validators.last_modified = field.value;
    }
  }
  return validators;
}

bool is_not_modified(const Fields& request, const Validators& answer, std::int64_t now) {
  bool asked = false;
  bool matched = false;
  for (const Field& field : request) {
    if (field.id != FieldId::if_none_match) continue;
    asked = true;
    matched |= field.value == "*";
    if (answer.etag.empty()) continue;
    for_each_etag(field.value, [&](std::string_view etag) {
      matched |= opaque(etag) == opaque(answer.etag);
    });
  }
  if (asked) return matched;
  const Field* since = find_field(request, FieldId::if_modified_since);
  if (since == nullptr || answer.last_modified.empty()) return false;
  const auto asked_for = parse_http_date(since->value, now);
  const auto changed = parse_http_date(answer.last_modified, now);
  return asked_for && changed && *changed <= *asked_for;
}

bool asks_for_origin(const Fields& request) {
  for (const Field& field : request) {
    if (field.id != FieldId::other) continue;
    if (ascii_iequals(field.name, "if-match") || ascii_iequals(field.name, "if-unmodified-since")) {
      return true;
    }
  }
  return false;
}

bool same_strong_etag(std::string_view a, std::string_view b) {
  return !a.empty() && a == b && !a.starts_with("W/");
}

}  // namespace gateway::policy

#include "shared/policy/request_rules.h"

#include <algorithm>

#include "shared/base/ascii.h"
#include "shared/policy/field_syntax.h"

namespace gateway::policy {
namespace {

std::string_view without_parameters(std::string_view value) {
  return trim_ows(value.substr(0, value.find(';')));
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), ascii_lower);
  return result;
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && ascii_iequals(text.substr(text.size() - end.size()), end);
}

}  // namespace

RequestRules::RequestRules(const config::RoutePolicies& route)
    : any_type_(route.content_types.empty()) {
  for (const auto& text : route.content_types) {
    if (auto range = parse_range(text.value)) types_.push_back(*std::move(range));
  }
  for (const auto& name : route.required_headers) required_.push_back(name.value);
  if (route.max_query_size) max_query_ = *route.max_query_size;
  if (route.max_url_size) max_url_ = *route.max_url_size;
}

std::optional<RequestRules::MediaRange> RequestRules::parse_range(std::string_view text) {
  const std::string whole = lower(without_parameters(text));
  const std::size_t slash = whole.find('/');
  if (slash == whole.npos) return std::nullopt;
  MediaRange range{whole.substr(0, slash), whole.substr(slash + 1), {}};
  if (range.subtype.starts_with("*+")) {
    range.suffix = range.subtype.substr(1);
    range.subtype.clear();
  } else if (range.subtype == "*") {
    range.subtype.clear();
  }
  // A star that is left stands where none may.
  const std::string names = range.type + range.subtype + range.suffix;
  const bool sound = is_token(range.type) && (range.subtype.empty() || is_token(range.subtype)) &&
                     (range.suffix.empty() || (is_token(range.suffix) && range.suffix.size() > 1));
  if (!sound || names.find('*') != names.npos || whole.back() == '/') return std::nullopt;
  return range;
}

const char* RequestRules::content_type_fault(std::string_view text) {
  if (without_parameters(text) == "*/*") return "leave content_types out to take every media type";
  if (parse_range(text)) return nullptr;
  return "a media type is \"application/json\", \"image/*\" or \"application/*+json\"";
}

const char* RequestRules::required_header_fault(std::string_view text) {
  return is_token(text) ? nullptr : "not a field name";
}

std::optional<RequestFault> RequestRules::decide(const Fields& fields,
                                                 const RequestSizes& sizes) const {
  if (sizes.url > max_url_) {
    return RequestFault{Decider::uri_too_long, "The URL is longer than this resource takes.", {}};
  }
  if (sizes.query > max_query_) {
    return RequestFault{Decider::uri_too_long, "The query is longer than this resource takes.", {}};
  }
  for (const std::string& name : required_) {
    const LoneField field = lone_field(fields, name);
    if (!field) {
      return RequestFault{Decider::invalid_request, "A required header field is missing.", name};
    }
    if (field.value.empty()) {
      return RequestFault{Decider::invalid_request, "A required header field is empty.", name};
    }
  }
  if (any_type_ || !sizes.has_body) return std::nullopt;
  return judge_body(fields);
}

std::optional<RequestFault> RequestRules::judge_body(const Fields& fields) const {
  const auto refuse = [](const char* why, std::string_view name) {
    return RequestFault{Decider::unsupported_media, why, name};
  };
  const LoneField field = lone_field(fields, FieldId::content_type);
  if (!field) return refuse("A body needs a Content-Type here.", "Content-Type");
  if (field.repeated()) return refuse("Content-Type stands more than once.", "Content-Type");
  const std::string_view media_type = without_parameters(field.value);
  if (takes(media_type)) return std::nullopt;
  return refuse("This media type is not taken here.", media_type);
}

bool RequestRules::takes(std::string_view media_type) const {
  const std::size_t slash = media_type.find('/');
  if (slash == media_type.npos) return false;
  const std::string_view type = media_type.substr(0, slash);
  const std::string_view subtype = media_type.substr(slash + 1);
  if (!is_token(subtype)) return false;
  return std::any_of(types_.begin(), types_.end(), [&](const MediaRange& range) {
    if (!ascii_iequals(type, range.type)) return false;
    if (!range.subtype.empty()) return ascii_iequals(subtype, range.subtype);
    return ends_with(subtype, range.suffix) && subtype.size() > range.suffix.size();
  });
}

}  // namespace gateway::policy

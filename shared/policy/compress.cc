#include "shared/policy/compress.h"

#include <algorithm>

#include "shared/policy/cache_control.h"
#include "shared/policy/field_syntax.h"

namespace gateway::policy {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = ascii_lower(c);
  return out;
}

// "text/html" of "text/HTML; charset=utf-8", in `out`.
std::string_view media_type(const Fields& fields, std::string& out) {
  const Field* field = find_field(fields, FieldId::content_type);
  if (field == nullptr) return {};
  out = lower(trim_ows(field->value.substr(0, field->value.find(';'))));
  return out;
}

// What is to arrive as it was written, whatever the configured types.
bool is_live(std::string_view type) {
  return type == "text/event-stream" || type.starts_with("application/grpc");
}

bool is_coded(const Fields& fields) {
  const Field* field = find_field(fields, FieldId::content_encoding);
  return field != nullptr && !ascii_iequals(field->value, "identity") && !field->value.empty();
}

}  // namespace

CompressRules::CompressRules(const config::Compression& all,
                             std::optional<config::CompressMode> route)
    : mode_(route.value_or(all.mode)), min_size_(all.min_size) {
  for (const std::string& name : all.encodings) {
    const auto found = std::find(kCodingNames.begin(), kCodingNames.end(), name);
    if (found == kCodingNames.end()) continue;
    codings_.push_back(static_cast<Coding>(found - kCodingNames.begin()));
  }
  for (const auto& pattern : all.types) {
    const std::string type = lower(pattern.value);
    const std::size_t asterisk = type.find('*');
    const bool whole = asterisk == type.npos;
    types_.push_back({type.substr(0, asterisk), whole ? "" : type.substr(asterisk + 1), whole});
  }
  if (codings_.empty()) mode_ = config::CompressMode::off;
}

bool CompressRules::takes_type(std::string_view type) const {
  return std::any_of(types_.begin(), types_.end(), [&](const Type& wanted) {
    if (wanted.whole) return type == wanted.begin;
    return type.size() >= wanted.begin.size() + wanted.end.size() &&
           type.starts_with(wanted.begin) && type.ends_with(wanted.end);
  });
}

CompressRules::Verdict CompressRules::judge(const Fields& request, bool has_secrets,
                                            const CodableAnswer& answer) const {
  Verdict verdict;
  const auto plain = [&](const char* why) {
    verdict.why = why;
    return verdict;
  };
  if (answer.status == 204 || answer.status == 206 || answer.status < 200) {
    return plain("answers with this status go as they are");
  }
  if (is_coded(answer.fields)) return plain("the service has compressed it");
  std::string memory;
  const std::string_view type = media_type(answer.fields, memory);
  if (is_live(type) || !takes_type(type)) return plain("answers of this type go as they are");
  if (answer.length && *answer.length < min_size_) return plain("the answer is short");
  if (find_field(answer.fields, "content-range") != nullptr) return plain("the answer is a part");
  if (parse_answer_cache_control(answer.fields).no_transform) {
    return plain("the answer says no-transform");
  }
  verdict.varies = true;
  if (answer.status == 304) return plain("the answer has no content");
  const bool sets_cookie = find_field(answer.fields, FieldId::set_cookie) != nullptr;
  if (mode_ == config::CompressMode::safe && sets_cookie) {
    return plain("the answer sets a cookie");
  }
  return judge_request(request, has_secrets);
}

CompressRules::Verdict CompressRules::judge_request(const Fields& request, bool has_secrets) const {
  Verdict verdict{.coding = {}, .varies = true};
  if (mode_ == config::CompressMode::safe && has_secrets) {
    verdict.why = "the request has credentials or cookies";
    return verdict;
  }
  verdict.coding = choose_coding(request, codings_);
  if (!verdict.coding) verdict.why = "the client asks for none of the codings";
  return verdict;
}

bool has_secrets(const Fields& request) {
  return find_field(request, FieldId::authorization) != nullptr ||
         find_field(request, FieldId::cookie) != nullptr;
}

bool is_type_pattern(std::string_view text) {
  const std::size_t slash = text.find('/');
  return slash != text.npos && is_token(text.substr(0, slash)) &&
         is_token(text.substr(slash + 1)) && std::count(text.begin(), text.end(), '*') <= 1;
}

bool is_of_plain_content(const Field& field) {
  if (field.id == FieldId::etag || field.id == FieldId::vary ||
      field.id == FieldId::content_encoding) {
    return true;
  }
  if (field.id != FieldId::other) return false;
  constexpr std::string_view kNames[] = {"accept-ranges", "content-md5", "digest", "content-digest",
                                         "repr-digest"};
  return std::any_of(std::begin(kNames), std::end(kNames),
                     [&](std::string_view name) { return ascii_iequals(field.name, name); });
}

}  // namespace gateway::policy

// Fields from anywhere, as an answer's and as a request's: whatever they say, what is made of them
// keeps within its bounds.
// Input: "name: value" lines, the answer's up to an empty line, then the request's.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "shared/policy/byte_range.h"
#include "shared/policy/cache_key.h"
#include "shared/policy/cache_reuse.h"
#include "shared/policy/compress.h"
#include "shared/policy/http_date.h"
#include "shared/policy/precondition.h"

namespace {

using namespace gateway;
using namespace gateway::policy;

constexpr std::int64_t kNow = 1'767'323'045;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

Fields take_fields(std::string_view& text) {
  Fields fields;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.empty()) break;
    const std::string_view name = line.substr(0, line.find(':'));
    const std::string_view value = line.substr(std::min(name.size() + 1, line.size()));
    fields.push_back({name, trim_ows(value), line, identify_field(name)});
  }
  return fields;
}

void judge_cache(const Fields& answer, const Fields& request) {
  CacheRules rules;
  rules.ttl = seconds(60);
  const CacheAnswer kept = judge_answer(rules, {}, {200, answer, seconds(1)}, kNow);
  if (kept.kept) {
    require(kept.times.lifetime >= 0 && kept.times.lifetime <= kLongestDelta.count());
    require(kept.times.initial_age >= 0);
    require(!kept.times.never_stale || parse_targeted_cache_control(answer) ||
            kept.times.stale_while_revalidate == 0 ||
            parse_answer_cache_control(answer).stale_while_revalidate);
  }
  const CacheReuse reuse = judge_reuse(kept.times, parse_request_cache_control(request), kNow + 9);
  require(reuse.use != CacheReuse::Use::fresh || reuse.left > 0);
  VaryValues values;
  if (read_vary(answer, request, FieldId::other, values)) {
    require(values.size() <= kMaxVary);
    require(vary_matches(values, request));
  }
  require(cache_tags(answer).size() <= kMaxTags);
}

void judge_range(const Fields& answer, const Fields& request) {
  const Validators validators = validators_of(answer);
  is_not_modified(request, validators, kNow);
  for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{100}}) {
    const ByteRange range = choose_range(request, validators, size);
    if (range.kind != ByteRange::Kind::part) continue;
    require(range.first <= range.last && range.last < size);
  }
}

void judge_coding(const Fields& answer, const Fields& request) {
  config::Compression all;
  all.mode = config::CompressMode::all;
  all.encodings = {"gzip", "br"};
  all.types.push_back({"text/*", {}});
  const auto verdict = CompressRules(all, std::nullopt).judge(request, false, {200, answer, 100});
  require(!verdict.coding || *verdict.coding != Coding::zstd);
  require(!verdict.coding || verdict.varies);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const Fields answer = take_fields(text);
  const Fields request = take_fields(text);
  judge_cache(answer, request);
  judge_range(answer, request);
  judge_coding(answer, request);
  for (const Field& field : answer) {
    if (const auto date = parse_http_date(field.value, kNow); date && *date < 253'402'300'800) {
      require(parse_http_date(format_http_date(*date), kNow) == *date);
    }
  }
  return 0;
}

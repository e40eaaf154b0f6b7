#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/base/fields.h"
#include "shared/policy/cache_rules.h"
#include "shared/policy/request_key.h"

namespace gateway::policy {

// Where a request goes, as its answer is told apart by.
struct CacheTarget {
  std::string_view route;
  std::string_view service;
  bool secure = false;
  std::string_view host;           // without its port
  std::string_view path;           // as the client asked, in its normal form
  std::string_view upstream_path;  // as the service is asked
  bool has_query = false;
  std::string_view query = {};  // as the service is asked
};

// Writes the text that answers are kept under. Two targets have the same text when they are the
// same in all of the above and in what rules.key names of `source`: parts are apart by line feeds,
// which none can hold but one, the user's name.
void write_cache_key(const CacheTarget& target, const CacheRules& rules, const KeySource& source,
                     std::string& out);

// The parts of such a text that a purge is told by. Views of it.
struct CachePlace {
  std::string_view host;
  std::string_view path;
};
CachePlace place_in(std::string_view key);

// The request fields that an answer varies by, and what the request had (RFC 9111 §4.1).
using VaryValues = std::vector<std::pair<std::string, std::string>>;

// At most this many fields; an answer with more is not kept.
inline constexpr std::size_t kMaxVary = 16;

// False: it varies by too many. `besides`: a field that the gateway answers for itself.
bool read_vary(const Fields& answer, const Fields& request, FieldId besides, VaryValues& out);
bool vary_matches(const VaryValues& values, const Fields& request);

// What purges by tag find an answer by: the words of its Cache-Tag (apart by commas) and
// Surrogate-Key (by spaces), the first kMaxTags of up to kMaxTag bytes.
inline constexpr std::size_t kMaxTags = 64;
inline constexpr std::size_t kMaxTag = 128;
std::vector<std::string_view> cache_tags(const Fields& answer);

}  // namespace gateway::policy

#pragma once

#include <cstdint>

#include "shared/base/fields.h"
#include "shared/policy/precondition.h"

namespace gateway::policy {

// What a request's Range makes of an answer of `size` bytes.
struct ByteRange {
  enum class Kind : std::uint8_t {
    whole,         // 200: none was asked for, or none that is understood
    part,          // 206: `first` to `last`
    unsatisfiable  // 416
  };
  Kind kind = Kind::whole;
  std::uint64_t first = 0;
  std::uint64_t last = 0;  // inclusive
};

// RFC 9110 §14. One range alone is served; a list of them, which can make an answer larger than
// the whole, is answered with the whole. If-Range holds when it is the answer's strong entity tag
// or its very Last-Modified.
ByteRange choose_range(const Fields& request, const Validators& answer, std::uint64_t size);

}  // namespace gateway::policy

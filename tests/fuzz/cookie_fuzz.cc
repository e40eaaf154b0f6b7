// Cookie fields from anywhere: every pair lies within its field, and looking one up finds what the
// walk over all of them saw.
// Input: a name, then one Cookie field a line.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "shared/policy/cookies.h"

namespace {

using namespace gateway;
using namespace gateway::policy;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

bool within(std::string_view part, std::string_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view wanted = take_line(text);
  Fields fields;
  Cookie expected;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    fields.push_back({"Cookie", line, "", FieldId::cookie});
    for_each_cookie(line, [&](std::string_view name, std::string_view value) {
      require(is_token(name) && within(name, line) && within(value, line));
      require(value.find(';') == std::string_view::npos && trim_ows(value) == value);
      if (name == wanted && expected.count++ == 0) expected.value = value;
    });
  }
  const Cookie found = find_cookie(fields, wanted);
  require(found.count == expected.count && found.value == expected.value);
  return 0;
}

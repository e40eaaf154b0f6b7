// Forms, JSON and multipart bodies from anywhere: what is read out of them is bounded, and equal to
// what a plain decoder and a full JSON parser read.
// Input: a first octet that chooses a boundary, then the body.

#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "shared/policy/json_strings.h"
#include "shared/policy/multipart_fields.h"
#include "shared/policy/percent_decode.h"

namespace {

using namespace gateway::policy;

void require(bool holds) {
  if (!holds) std::abort();
}

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

std::string naively_decoded(std::string_view text, bool plus) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && is_hex(text[i + 1]) && is_hex(text[i + 2])) {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      out += plus && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

void check_form(std::string_view text) {
  for (const bool plus : {false, true}) {
    std::string out = "x";
    percent_decode(text, plus, out);
    require(out == "x" + naively_decoded(text, plus));
    require(has_escape(text) == (naively_decoded(text, false).size() < text.size()));
  }
  std::size_t bytes = 0;
  for_each_pair(text, [&](std::string_view name, std::string_view value) {
    require(name.size() + value.size() > 0 || text.find('=') != std::string_view::npos);
    bytes += name.size() + value.size();
  });
  require(bytes <= text.size());
}

// Keys and strings in the order in which they stand.
struct Collector : nlohmann::json_sax<nlohmann::json> {
  std::vector<std::string> found;
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t& value) override { return found.push_back(value), true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return true; }
  bool key(string_t& value) override { return found.push_back(value), true; }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }
};

void check_json(std::string_view text) {
  std::vector<std::string> found;
  std::size_t bytes = 0;
  std::string scratch;
  JsonStrings strings(text);
  while (strings.next(scratch)) {
    bytes += strings.text().size();
    require(strings.depth() <= text.size());
    found.emplace_back(strings.text());
  }
  require(bytes <= text.size());
  // The parser skips a byte order mark, which does not belong to JSON (RFC 8259 §8.1), and takes a
  // NUL as the end.
  if (text.substr(0, 1) == "\xef" || text.find('\0') != std::string_view::npos) return;
  Collector collector;
  if (nlohmann::json::sax_parse(text, &collector)) require(found == collector.found);
}

void check_multipart(std::string_view text, std::string_view boundary) {
  std::size_t bytes = 0;
  MultipartFields fields(text, boundary);
  while (fields.next()) bytes += fields.name().size() + fields.value().size();
  require(bytes <= text.size());
  require(multipart_boundary(text).size() <= 70);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  check_form(text);
  check_json(text);
  check_multipart(text, data[0] % 2 == 0 ? "--X" : "-");
  return 0;
}

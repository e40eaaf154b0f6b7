#include "shared/policy/percent.h"

#include <algorithm>
#include <array>

#include "shared/base/ascii.h"

namespace gateway::policy {
namespace {

constexpr char kUpperHex[] = "0123456789ABCDEF";

constexpr std::array<bool, 256> with_alphanumerics(std::string_view others) {
  std::array<bool, 256> table{};
  for (unsigned c = 'a'; c <= 'z'; ++c) table[c] = true;
  for (unsigned c = 'A'; c <= 'Z'; ++c) table[c] = true;
  for (unsigned c = '0'; c <= '9'; ++c) table[c] = true;
  for (const char c : others) table[static_cast<unsigned char>(c)] = true;
  return table;
}
constexpr auto kUnreserved = with_alphanumerics("-._~");
constexpr auto kUnreservedOrEscape = with_alphanumerics("-._~%");
constexpr auto kUri = with_alphanumerics("-._~:/?#[]@!$&'()*+,;=%");

void append_escaping(std::string_view text, const std::array<bool, 256>& plain, std::string& out) {
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (plain[octet]) {
      out += c;
    } else {
      const char escape[] = {'%', kUpperHex[octet >> 4], kUpperHex[octet & 15]};
      out.append(escape, sizeof escape);
    }
  }
}

}  // namespace

void append_component(std::string_view text, std::string& out) {
  append_escaping(text, kUnreserved, out);
}

void append_uri_text(std::string_view text, std::string& out) {
  append_escaping(text, kUri, out);
}

void append_escaped_component(std::string_view text, std::string& out) {
  append_escaping(text, kUnreservedOrEscape, out);
}

bool is_uri_host(std::string_view text) {
  const bool bracketed = text.size() > 2 && text.front() == '[' && text.back() == ']';
  if (bracketed) text = text.substr(1, text.size() - 2);
  return !text.empty() && std::all_of(text.begin(), text.end(), [=](char c) {
    if (hex_value(c) >= 0 || c == '.') return true;
    return bracketed ? c == ':'
                     : (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '-' || c == '_';
  });
}

bool is_uri_character(char c) {
  return kUri[static_cast<unsigned char>(c)];
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace gateway::policy

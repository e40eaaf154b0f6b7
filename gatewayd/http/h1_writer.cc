#include "gatewayd/http/h1_writer.h"

#include <charconv>

#include "shared/base/append.h"
#include "shared/base/ascii.h"

namespace gateway::http {
namespace {

// Options that name no field, or one that is left out in any case.
bool is_known_option(std::string_view option) {
  return ascii_iequals(option, "close") || ascii_iequals(option, "keep-alive") ||
         ascii_iequals(option, "upgrade") || ascii_iequals(option, "te");
}

bool connection_names_others(const Fields& fields) {
  bool others = false;
  for (const Field& field : fields) {
    if (field.id != FieldId::connection) continue;
    for_each_element(field.value,
                     [&](std::string_view option) { others |= !is_known_option(option); });
  }
  return others;
}

bool connection_names(const Fields& fields, std::string_view name) {
  bool named = false;
  for (const Field& field : fields) {
    if (field.id != FieldId::connection) continue;
    for_each_element(field.value,
                     [&](std::string_view option) { named |= ascii_iequals(option, name); });
  }
  return named;
}

template <class Passes>
void append_passed(const Fields& fields, FieldSet without, Passes passes, std::string& out) {
  const bool check_names = connection_names_others(fields);
  const char* run = nullptr;  // neighbouring lines are copied in one go
  const char* run_end = nullptr;
  for (const Field& field : fields) {
    if ((without & bit(field.id)) || (check_names && connection_names(fields, field.name)) ||
        !passes(field)) {
      continue;
    }
    if (field.line.data() != run_end) {
      if (run != nullptr) out.append(run, run_end);
      run = field.line.data();
    }
    run_end = field.line.data() + field.line.size();
  }
  if (run != nullptr) out.append(run, run_end);
}

}  // namespace

void append_fields(const Fields& fields, FieldSet without, std::string& out) {
  append_passed(
      fields, without, [](const Field&) { return true; }, out);
}

void append_fields(const Fields& fields, FieldSet without, const PassOn& passes, std::string& out) {
  append_passed(
      fields, without, [&](const Field& field) { return passes(field, out); }, out);
}

void append_number(std::uint64_t number, std::string& out) {
  char digits[20];
  char* end = std::to_chars(digits, digits + sizeof(digits), number).ptr;
  out.append(digits, static_cast<std::size_t>(end - digits));
}

void append_framing(Framing framing, std::uint64_t length, std::string& out) {
  if (framing == Framing::chunked) {
    out.append("Transfer-Encoding: chunked\r\n");
  } else if (framing == Framing::length) {
    char digits[20];
    const char* end = std::to_chars(digits, digits + sizeof(digits), length).ptr;
    const std::string_view number(digits, static_cast<std::size_t>(end - digits));
    append_all(out, "Content-Length: ", number, "\r\n");
  }
}

}  // namespace gateway::http

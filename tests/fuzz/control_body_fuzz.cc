// A body of the control API beside a config file's text: whatever is taken as a named table is
// written into the text, which then says it, and nothing else that was there says anything else.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "shared/config/json_tree.h"
#include "shared/config/object_body.h"
#include "shared/config/objects.h"
#include "shared/config/toml_edit.h"

namespace {

using namespace gateway::config;

const NamedObject* find(const std::vector<NamedObject>& objects, const std::string& name) {
  for (const NamedObject& object : objects) {
    if (object.name == name) return &object;
  }
  return nullptr;
}

void write(const std::string& text, const std::string& section, ObjectBody body) {
  if (body.name.empty()) body.name = "a";
  const std::vector<NamedObject> before = read_objects({{"fuzz.toml", text}}, section);
  if (!restore_hidden(body.table, nullptr).empty()) return;
  const auto changed = put_table(text, section, body.name, body.table);
  if (!changed) return;
  const std::vector<NamedObject> after = read_objects({{"fuzz.toml", *changed}}, section);
  const NamedObject* written = find(after, body.name);
  if (written == nullptr) std::abort();
  if (to_json(written->node, Secrets::shown) != to_json(body.table, Secrets::shown)) std::abort();
  for (const NamedObject& object : before) {
    if (object.name == body.name) continue;
    const NamedObject* still = find(after, object.name);
    if (still == nullptr) std::abort();
    if (to_json(still->node, Secrets::shown) != to_json(object.node, Secrets::shown)) std::abort();
  }
  const auto removed = remove_table(*changed, section, body.name);
  if (removed && find(read_objects({{"fuzz.toml", *removed}}, section), body.name)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Environment environment = {
      [](std::string_view) -> std::optional<std::string> { return std::nullopt; }};
  // The text comes first, then, behind a NUL, the body.
  const std::string input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = input.find('\0');
  const std::string text = end == input.npos ? std::string() : input.substr(0, end);
  const std::string body = end == input.npos ? input : input.substr(end + 1);
  for (const char* section : {"routes", "limits", "cors"}) {
    if (auto object = read_object_body(body, section, environment)) {
      write(text, section, std::move(*object));
    } else if (object.error().empty()) {
      std::abort();
    }
    if (auto list = read_object_list(body, section, section, environment)) {
      for (ObjectBody& object : *list) write(text, section, std::move(object));
    }
  }
  return 0;
}

#include "gatewayd/control/object_answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "shared/base/ascii.h"
#include "shared/config/json_tree.h"
#include "shared/control/messages.h"

namespace gateway::control {
namespace {

using nlohmann::json;

std::string whole_text(const config::NamedObject& object) {
  return object.name + '\n' + config::to_json(object.node, config::Secrets::shown).dump();
}

std::string in_quotes(const std::string& text) {
  return '"' + text + '"';
}

}  // namespace

json object_document(const config::NamedObject& object) {
  json document = config::to_json(object.node, config::Secrets::hidden);
  document["name"] = object.name;
  document["file"] = object.file;
  document["line"] = object.line;
  return document;
}

std::string etag_of(const config::NamedObject& object, const ConfigBackend& config) {
  return in_quotes(config.fingerprint(whole_text(object)));
}

std::string etag_of(const ObjectList& list, const ConfigBackend& config) {
  std::string all;
  for (const config::NamedObject& object : list.objects) all += whole_text(object) + '\n';
  return in_quotes(config.fingerprint(all));
}

bool matches_etag(std::string_view if_match, std::string_view etag) {
  if (if_match.empty() || if_match == "*") return true;
  while (!if_match.empty()) {
    const std::string_view one = trim_ows(if_match.substr(0, if_match.find(',')));
    if (one == etag) return true;
    if_match.remove_prefix(std::min(if_match.size(), if_match.find(',')));
    if (!if_match.empty()) if_match.remove_prefix(1);
  }
  return false;
}

Answer list_objects(const ObjectKind& kind, Backend& backend) {
  const ObjectList list = backend.config().objects(kind.section);
  json document = {{"format", kFormat}, {"revision", list.revision}};
  json& items = document[std::string(kind.list)] = json::array();
  for (const config::NamedObject& object : list.objects) items.push_back(object_document(object));
  Answer answer = json_answer(document);
  answer.fields.emplace_back("ETag", etag_of(list, backend.config()));
  return answer;
}

Answer show_object(const ObjectKind& kind, const Call& call, Backend& backend) {
  const ObjectList list = backend.config().objects(kind.section);
  const auto found =
      std::find_if(list.objects.begin(), list.objects.end(),
                   [&](const config::NamedObject& object) { return object.name == call.name; });
  if (found == list.objects.end()) {
    return problem(404,
                   fmt::format("the running configuration has no {} \"{}\"", kind.noun, call.name));
  }
  json document = object_document(*found);
  document["format"] = kFormat;
  document["revision"] = list.revision;
  Answer answer = json_answer(document);
  answer.fields.emplace_back("ETag", etag_of(*found, backend.config()));
  return answer;
}

}  // namespace gateway::control

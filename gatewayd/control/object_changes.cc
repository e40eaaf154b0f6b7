#include "gatewayd/control/object_changes.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

namespace gateway::control {
namespace {

using Kind = ObjectEdit::Kind;

std::vector<FieldFault> to_faults(const std::vector<config::BodyFault>& found) {
  std::vector<FieldFault> faults;
  for (const config::BodyFault& fault : found) faults.push_back({fault.pointer, fault.message});
  return faults;
}

Answer refuse_body(const std::vector<FieldFault>& faults) {
  const FieldFault& first = faults.front();
  const std::string detail = first.pointer.empty()
                                 ? "the body: " + first.detail
                                 : fmt::format("the body\'s {}: {}", first.pointer, first.detail);
  return problem(400, detail, faults);
}

ObjectEdit edit_of(Kind how, const ObjectKind& kind, const Call& call, std::string name) {
  ObjectEdit edit;
  edit.kind = how;
  edit.section = kind.section;
  edit.if_match = call.if_match;
  edit.what = fmt::format("{} {}", call.method, kind.section);
  if (!name.empty()) edit.what += "." + name;
  return edit;
}

Answer refused(const Refusal& why) {
  return problem(why.status, why.detail, why.faults);
}

}  // namespace

Answer add_object(const ObjectKind& kind, const Call& call, Backend& backend) {
  auto body = config::read_object_body(call.body, kind.section, config::process_environment());
  if (!body) return refuse_body(to_faults(body.error()));
  if (body->name.empty()) return refuse_body({{"/name", "a name is needed"}});
  Call shown = call;
  shown.name = body->name;
  ObjectEdit edit = edit_of(Kind::add, kind, call, body->name);
  edit.objects.push_back(std::move(*body));
  const auto verdict = backend.config().edit(edit, call.peer);
  if (!verdict) return refused(verdict.error());
  Answer answer = show_object(kind, shown, backend);
  if (answer.status != 200) return answer;  // somebody has taken it away again
  answer.status = 201;
  answer.fields.emplace_back("Location", fmt::format("{}/{}", kind.path, shown.name));
  return answer;
}

Answer change_object(const ObjectKind& kind, const Call& call, Backend& backend) {
  auto body = config::read_object_body(call.body, kind.section, config::process_environment());
  if (!body) return refuse_body(to_faults(body.error()));
  if (!body->name.empty() && body->name != call.name) {
    return refuse_body({{"/name", fmt::format("the path says \"{}\"", call.name)}});
  }
  body->name = call.name;
  ObjectEdit edit = edit_of(Kind::change, kind, call, call.name);
  edit.objects.push_back(std::move(*body));
  const auto verdict = backend.config().edit(edit, call.peer);
  return verdict ? show_object(kind, call, backend) : refused(verdict.error());
}

Answer remove_object(const ObjectKind& kind, const Call& call, Backend& backend) {
  ObjectEdit edit = edit_of(Kind::remove, kind, call, call.name);
  edit.objects.push_back({call.name, {}});
  const auto verdict = backend.config().edit(edit, call.peer);
  return verdict ? Answer{.status = 204} : refused(verdict.error());
}

Answer replace_objects(const ObjectKind& kind, const Call& call, Backend& backend) {
  auto objects =
      config::read_object_list(call.body, kind.list, kind.section, config::process_environment());
  if (!objects) return refuse_body(to_faults(objects.error()));
  ObjectEdit edit = edit_of(Kind::replace_all, kind, call, "");
  edit.objects = std::move(*objects);
  const auto verdict = backend.config().edit(edit, call.peer);
  return verdict ? list_objects(kind, backend) : refused(verdict.error());
}

}  // namespace gateway::control

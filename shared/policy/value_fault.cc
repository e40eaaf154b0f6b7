#include "shared/policy/value_fault.h"

#include <fmt/format.h>

#include <utility>

#include "shared/policy/field_text.h"

namespace gateway::policy {

std::optional<Fault> value_fault(const config::NamedText& pair, Template::Scope scope) {
  if (has_control(pair.value)) {
    return Fault{
        pair.place, 0, fmt::format("the value of \"{}\" holds a control character", pair.name), {}};
  }
  auto compiled = Template::compile(pair.value, scope);
  if (compiled) return std::nullopt;
  return Fault{pair.place, compiled.error().offset,
               fmt::format("the value of \"{}\" is not right", pair.name),
               std::move(compiled.error().message)};
}

}  // namespace gateway::policy

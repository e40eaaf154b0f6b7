#pragma once

#include <optional>

#include "shared/config/policies.h"
#include "shared/policy/fault.h"
#include "shared/policy/template_text.h"

namespace gateway::policy {

// What is wrong with the value that a pair gives a field or a parameter: a control character, or a
// Template that does not compile.
std::optional<Fault> value_fault(const config::NamedText& pair, Template::Scope scope);

}  // namespace gateway::policy

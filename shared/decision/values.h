#pragma once

#include "shared/decision/exchange.h"
#include "shared/policy/template_text.h"

namespace gateway::decision {

// What the ${variables} of transformations stand for in this request; views of `exchange`.
policy::TemplateValues values_of(const Exchange& exchange);

}  // namespace gateway::decision

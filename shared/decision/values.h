#pragma once

#include "shared/decision/exchange.h"
#include "shared/policy/request_key.h"
#include "shared/policy/template_text.h"

namespace gateway::decision {

// What the ${variables} of transformations stand for in this request; views of `exchange`.
policy::TemplateValues values_of(const Exchange& exchange);

// What sticky splits and hash balancing may tell this request by.
policy::KeySource key_source(const Exchange& exchange);

}  // namespace gateway::decision

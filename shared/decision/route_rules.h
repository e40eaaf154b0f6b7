#pragma once

#include <string>
#include <string_view>

#include "shared/config/model.h"
#include "shared/routing/router.h"

namespace gateway::decision {

// `route` as the router sees it. The one translation, for serving and for checking alike.
routing::RouteRule rule_of(const config::Route& route);

// What is wrong with a `hosts` entry, as a sentence that says what to write; nullptr when it is a
// name, an address (IPv6 in brackets), or "*." before a name. Case does not count.
const char* host_fault(std::string_view host);

// Why this cannot be a condition on a field or on a query parameter, as a sentence that says what to
// write; nullptr when it can.
const char* header_condition_fault(const config::NamedText& wanted);
const char* query_condition_fault(const config::NamedText& wanted);

}  // namespace gateway::decision

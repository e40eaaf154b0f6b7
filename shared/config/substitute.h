#pragma once

#include <string_view>

#include "shared/config/load.h"
#include "shared/config/report.h"
#include "shared/config/toml_tree.h"

namespace gateway::config {

// Replaces variables within every string value below `node`; keys stay as they are. ${NAME} must
// be set; ${NAME:-default} stands in when it is unset or empty; ${NAME:?message} refuses then with
// that message; $${ is a plain ${. A value never becomes anything but a part of its string.
// ${request.id} and the like, which only a request has a value for, stay as they are: whether their
// string may hold them is for the key to say.
void substitute(TomlNode& node, const Environment& environment, Report& report);

// Whether `inside` of ${…} has the form of a value that a request brings: "request.", "client.",
// "user.", "route." or "claim." and a name, without a default or a message.
bool is_request_value(std::string_view inside);

}  // namespace gateway::config

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shared/base/result.h"
#include "shared/config/load.h"
#include "shared/config/toml_tree.h"

namespace gateway::config {

// What is wrong with a body of JSON.
struct BodyFault {
  std::string pointer;  // "/retry/attempts": a JSON pointer (RFC 6901); empty: the whole
  std::string message;
};

struct ObjectBody {
  std::string name;  // empty: it gives none
  TomlNode table;    // the keys of the config, without the name
};

// Reads a JSON object (RFC 8259) as a named table of a section of the config: its keys, and `name`.
// What documents tell beside those ("file", "line", "format", "revision") is passed over, so that
// what was read can be sent back. Every value is checked against the table of keys as that of a
// file would be; all that is wrong is found in one run. Names that an object has twice are refused.
Result<ObjectBody, std::vector<BodyFault>> read_object_body(std::string_view body,
                                                            std::string_view section,
                                                            const Environment& environment);

// The same for {"MEMBER": [object, …]}: pointers begin with "/MEMBER/0".
Result<std::vector<ObjectBody>, std::vector<BodyFault>> read_object_list(
    std::string_view body, std::string_view member, std::string_view section,
    const Environment& environment);

// Puts what `before` has in the place of texts that were hidden when it was shown. The pointers of
// those that it does not have.
std::vector<BodyFault> restore_hidden(TomlNode& table, const TomlNode* before);

}  // namespace gateway::config

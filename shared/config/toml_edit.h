#pragma once

#include <string>
#include <string_view>

#include "shared/base/result.h"
#include "shared/config/toml_tree.h"

namespace gateway::config {

// Why a text could not be changed; for a person.
struct EditFault {
  std::string reason;
};

// Changes one named table of a config file's text, [routes.samples] or however else its author
// wrote it, and leaves every other byte of the file as it is: comments, order, spelling. The new
// text is read again before it is given back: it says the same as the old one but for the table.
// `text` must be valid TOML.

// Makes the table what `table` says. One that is there keeps what does not change in it, its
// comments included; one that is not is added at the end.
Result<std::string, EditFault> put_table(const std::string& text, std::string_view section,
                                         std::string_view name, const TomlNode& table);

// Takes it out, with the comment lines right above it and those within. The text stays when there
// is no such table.
Result<std::string, EditFault> remove_table(const std::string& text, std::string_view section,
                                            std::string_view name);

}  // namespace gateway::config

#pragma once

#include <string>
#include <string_view>

namespace gateway {

// `text` for HTML and XML. Control characters become "?", as XML 1.0 §2.2 has none, not even
// escaped; line ends stay.
std::string escape_markup(std::string_view text);
// The same within the double quotes of an attribute, where a bare line end would be read as a space
// (XML 1.0 §3.3.3).
std::string escape_attribute(std::string_view text);

}  // namespace gateway

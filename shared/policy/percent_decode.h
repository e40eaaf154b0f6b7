#pragma once

#include <string>
#include <string_view>

namespace gateway::policy {

// Appends `text` with every %XX as the octet it stands for (RFC 3986 §2.1); a percent sign without
// two hex digits stays as it is, as lenient services take it. `plus_is_space`: as in
// application/x-www-form-urlencoded. Never appends more than text.size() octets.
void percent_decode(std::string_view text, bool plus_is_space, std::string& out);

// Whether there is a %XX to decode.
bool has_escape(std::string_view text);

// Calls `pair(name, value)` for each part between ampersands, both still encoded; empty parts are
// left out, a part without "=" has an empty value.
template <class Pair>
void for_each_pair(std::string_view form, Pair pair) {
  while (!form.empty()) {
    const std::string_view part = form.substr(0, form.find('&'));
    form.remove_prefix(part.size() == form.size() ? part.size() : part.size() + 1);
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    pair(part.substr(0, equals),
         equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1));
  }
}

}  // namespace gateway::policy

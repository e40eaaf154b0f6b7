#pragma once

#include <string>
#include <string_view>

namespace gateway::policy {

// Appends `text` with every octet but the unreserved ones as %XX (RFC 3986 §2.3): whatever it
// holds, it stays one segment of a path, or one name or value of a query.
void append_component(std::string_view text, std::string& out);

// Appends a piece that is written for a URI already: its escapes and delimiters stay, and only what
// may stand in no URI at all is turned into %XX.
void append_uri_text(std::string_view text, std::string& out);

// Appends a piece of a path, escapes and all, as one name or value of a query: its escapes stay,
// its delimiters are turned into %XX.
void append_escaped_component(std::string_view text, std::string& out);

// Whether `text` is a name or an address in brackets, as it may stand between "//" and a port
// (RFC 3986 §3.2.2, without escapes and sub-delims); not empty.
bool is_uri_host(std::string_view text);

// Whether RFC 3986 §2 lets `c` stand in a URI, "%" included.
bool is_uri_character(char c);

// -1 when `c` is no hexadecimal digit.
int hex_value(char c);

}  // namespace gateway::policy

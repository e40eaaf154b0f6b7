#pragma once

#include <string_view>

// Heads that the parsers are measured with.
namespace gateway::http {

inline constexpr std::string_view kShort =
    "GET /samples/7 HTTP/1.1\r\nHost: api.example.com\r\n\r\n";

inline constexpr std::string_view kBrowser =
    "GET /samples/7?fields=name,place&expand=owner HTTP/1.1\r\n"
    "Host: api.example.com\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
    "Accept: application/json, text/plain, */*\r\n"
    "Accept-Language: en-US,en;q=0.5\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\n"
    "Authorization: Bearer "
    "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1LTE3In0.c2lnbmF0dXJl\r\n"
    "Origin: https://lab.example.com\r\n"
    "Connection: keep-alive\r\n"
    "Referer: https://lab.example.com/samples\r\n"
    "Cookie: session=0192f3c48a107c3e9d5e1b2c3d4e5f60; theme=dark\r\n"
    "Sec-Fetch-Dest: empty\r\n"
    "Sec-Fetch-Mode: cors\r\n"
    "Sec-Fetch-Site: same-site\r\n\r\n";

inline constexpr std::string_view kAnswer =
    "HTTP/1.1 200 OK\r\n"
    "Server: bench\r\n"
    "Date: Sat, 21 Nov 2026 10:00:00 GMT\r\n"
    "Content-Type: application/json\r\n"
    "Content-Length: 60\r\n\r\n";

}  // namespace gateway::http

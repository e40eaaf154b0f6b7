#pragma once

#include <string>

namespace gateway::policy {

// Why OpenSSL does not take `ciphers` of TLS 1.2, or a name in it that it does not know; empty: it
// does.
std::string cipher_fault(const std::string& ciphers);
// The same for cipher suites of TLS 1.3.
std::string suite_fault(const std::string& suites);

}  // namespace gateway::policy

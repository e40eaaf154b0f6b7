#include "shared/policy/cipher_list.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <memory>
#include <string_view>

namespace gateway::policy {
namespace {

// OpenSSL passes over names that it does not know, as long as it knows one.
template <class Try>
std::string first_unknown(std::string_view list, Try accepts) {
  while (!list.empty()) {
    const std::string_view item = list.substr(0, list.find(':'));
    list.remove_prefix(std::min(list.size(), item.size() + 1));
    const bool is_name = !item.empty() && std::all_of(item.begin(), item.end(), [](char c) {
      return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
    if (is_name && !accepts(std::string(item))) {
      return fmt::format("OpenSSL knows no \"{}\"", item);
    }
  }
  return {};
}

template <class Set>
std::string fault_of(const std::string& list, Set set) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_server_method()),
                                                                  SSL_CTX_free);
  const auto accepts = [&](const std::string& text) {
    const bool good = context != nullptr && set(context.get(), text.c_str()) == 1;
    ERR_clear_error();
    return good;
  };
  std::string unknown = first_unknown(list, accepts);
  if (!unknown.empty()) return unknown;
  return accepts(list) ? std::string() : "OpenSSL finds nothing in it that it can use";
}

}  // namespace

std::string cipher_fault(const std::string& ciphers) {
  return fault_of(ciphers, SSL_CTX_set_cipher_list);
}

std::string suite_fault(const std::string& suites) {
  return fault_of(suites, SSL_CTX_set_ciphersuites);
}

}  // namespace gateway::policy

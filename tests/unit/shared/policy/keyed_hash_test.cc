#include "shared/policy/keyed_hash.h"

#include <doctest/doctest.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <random>
#include <string>
#include <vector>

namespace {

using namespace gateway::policy;

// OpenSSL's SipHash-1-3 with an output of 8 bytes.
std::uint64_t reference(const HashKey& key, const std::vector<std::uint64_t>& words) {
  unsigned char bytes[16];
  std::memcpy(bytes, &key.low, 8);
  std::memcpy(bytes + 8, &key.high, 8);
  unsigned size = 8, one = 1, three = 3;
  const OSSL_PARAM params[] = {OSSL_PARAM_construct_uint(OSSL_MAC_PARAM_SIZE, &size),
                               OSSL_PARAM_construct_uint(OSSL_MAC_PARAM_C_ROUNDS, &one),
                               OSSL_PARAM_construct_uint(OSSL_MAC_PARAM_D_ROUNDS, &three),
                               OSSL_PARAM_construct_end()};
  EVP_MAC* mac = EVP_MAC_fetch(nullptr, "SIPHASH", nullptr);
  EVP_MAC_CTX* context = EVP_MAC_CTX_new(mac);
  REQUIRE(EVP_MAC_init(context, bytes, sizeof(bytes), params) == 1);
  const auto* message = reinterpret_cast<const unsigned char*>(words.data());
  if (!words.empty()) EVP_MAC_update(context, message, words.size() * 8);
  std::uint64_t result = 0;
  std::size_t written = 0;
  REQUIRE(EVP_MAC_final(context, reinterpret_cast<unsigned char*>(&result), &written, 8) == 1);
  EVP_MAC_CTX_free(context);
  EVP_MAC_free(mac);
  return result;
}

std::uint64_t text_hash(std::initializer_list<std::string_view> texts) {
  KeyedHash hash({1, 2});
  for (const std::string_view text : texts) hash.add_text(text);
  return hash.finish();
}

}  // namespace

TEST_CASE("hashes words as OpenSSL's SipHash-1-3 does") {
  std::mt19937_64 random(1);
  for (std::size_t count = 0; count < 40; ++count) {
    const HashKey key{random(), random()};
    std::vector<std::uint64_t> words(count);
    for (std::uint64_t& word : words) word = random();
    KeyedHash hash(key);
    for (const std::uint64_t word : words) hash.add_word(word);
    CHECK(hash.finish() == reference(key, words));
  }
}

TEST_CASE("texts do not run into each other, and every octet counts") {
  CHECK(text_hash({"ab", "c"}) != text_hash({"a", "bc"}));
  CHECK(text_hash({""}) != text_hash({"", ""}));
  CHECK(text_hash({std::string_view("\0", 1)}) != text_hash({""}));
  const std::string text(40, 'x');
  for (std::size_t size = 1; size <= text.size(); ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string other = text.substr(0, size);
      other[at] = 'y';
      CHECK(text_hash({other}) != text_hash({std::string_view(text).substr(0, size)}));
    }
  }
}

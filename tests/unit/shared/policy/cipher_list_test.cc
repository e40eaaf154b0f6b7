#include "shared/policy/cipher_list.h"

#include <doctest/doctest.h>

using gateway::policy::cipher_fault;
using gateway::policy::suite_fault;

TEST_CASE("what OpenSSL can use is no fault") {
  CHECK(cipher_fault("ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305").empty());
  CHECK(cipher_fault("HIGH:!aNULL:!kRSA").empty());
  CHECK(suite_fault("TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256").empty());
}

TEST_CASE("a name that OpenSSL does not know is told, also beside ones that it knows") {
  CHECK(cipher_fault("ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES999") ==
        "OpenSSL knows no \"ECDHE-RSA-AES999\"");
  CHECK(suite_fault("TLS_AES_128_GCM_SHA256:TLS_NOTHING") == "OpenSSL knows no \"TLS_NOTHING\"");
  CHECK_FALSE(cipher_fault("!ALL").empty());
}

#include "shared/policy/ocsp.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#include <array>
#include <ctime>

namespace gateway::policy {
namespace {

// How far the responder's clock may differ, in seconds.
constexpr std::int64_t kLeeway = 300;

template <auto Free>
struct Freeing {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Response = std::unique_ptr<OCSP_RESPONSE, Freeing<OCSP_RESPONSE_free>>;
using Basic = std::unique_ptr<OCSP_BASICRESP, Freeing<OCSP_BASICRESP_free>>;
using Request = std::unique_ptr<OCSP_REQUEST, Freeing<OCSP_REQUEST_free>>;
using Id = std::unique_ptr<OCSP_CERTID, Freeing<OCSP_CERTID_free>>;
using Store = std::unique_ptr<X509_STORE, Freeing<X509_STORE_free>>;

X509* issuer_of(const Certificate& certificate) {
  return certificate.chain().size() > 1 ? certificate.chain()[1].get() : nullptr;
}

std::int64_t unix_seconds(const ASN1_GENERALIZEDTIME* time) {
  tm parts{};
  return time != nullptr && ASN1_TIME_to_tm(time, &parts) == 1 ? ::timegm(&parts) : 0;
}

// The issuer itself signs, or whom it certified for that; it is trusted without its own issuer.
bool is_signed(OCSP_BASICRESP* answer, X509* issuer) {
  const Store store(X509_STORE_new());
  X509_STORE_add_cert(store.get(), issuer);
  X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN);
  STACK_OF(X509)* const chain = sk_X509_new_null();
  sk_X509_push(chain, issuer);
  const int verified = OCSP_basic_verify(answer, chain, store.get(), 0);
  sk_X509_free(chain);
  return verified == 1;
}

// Responders may name the certificate by either hash.
bool find_status(OCSP_BASICRESP* answer, const Certificate& certificate, int& status,
                 OcspTimes& times) {
  for (const EVP_MD* const hash : std::array{EVP_sha1(), EVP_sha256()}) {
    const Id id(OCSP_cert_to_id(hash, certificate.leaf(), issuer_of(certificate)));
    int reason = 0;
    ASN1_GENERALIZEDTIME* revoked = nullptr;
    ASN1_GENERALIZEDTIME* from = nullptr;
    ASN1_GENERALIZEDTIME* until = nullptr;
    if (id == nullptr ||
        OCSP_resp_find_status(answer, id.get(), &status, &reason, &revoked, &from, &until) != 1) {
      continue;
    }
    times = {unix_seconds(from), unix_seconds(until)};
    return true;
  }
  return false;
}

Result<OcspTimes, std::string> read(std::string_view answer, const Certificate& certificate,
                                    std::int64_t now) {
  using namespace std::string_literals;
  if (issuer_of(certificate) == nullptr) return "the chain's file does not hold the issuer"s;
  if (answer.size() > kMaxOcspAnswer) return "it is too long"s;
  const auto* data = reinterpret_cast<const unsigned char*>(answer.data());
  const Response response(d2i_OCSP_RESPONSE(nullptr, &data, static_cast<long>(answer.size())));
  if (response == nullptr) return "it is no OCSP answer in DER"s;
  if (const int status = OCSP_response_status(response.get()); status != 0) {
    return fmt::format("the responder says: {}", OCSP_response_status_str(status));
  }
  const Basic basic(OCSP_response_get1_basic(response.get()));
  if (basic == nullptr) return "it is no OCSP answer in DER"s;
  int status = 0;
  OcspTimes times;
  if (!find_status(basic.get(), certificate, status, times)) {
    return "it is about another certificate"s;
  }
  if (!is_signed(basic.get(), issuer_of(certificate))) {
    return "its signature is not the issuer's"s;
  }
  if (status != V_OCSP_CERTSTATUS_GOOD) {
    return fmt::format("the certificate is {}", OCSP_cert_status_str(status));
  }
  if (times.this_update > now + kLeeway) return "it counts from later on only"s;
  if (times.next_update != 0 && times.next_update <= now) return "it is too old"s;
  return times;
}

}  // namespace

Result<OcspTimes, std::string> read_ocsp(std::string_view answer, const Certificate& certificate,
                                         std::int64_t now) {
  auto times = read(answer, certificate, now);
  ERR_clear_error();
  return times;
}

std::string ocsp_question(const Certificate& certificate) {
  if (issuer_of(certificate) == nullptr) return {};
  const Request request(OCSP_REQUEST_new());
  Id id(OCSP_cert_to_id(EVP_sha1(), certificate.leaf(), issuer_of(certificate)));
  if (request == nullptr || id == nullptr) return {};
  if (OCSP_request_add0_id(request.get(), id.get()) == nullptr) return {};
  id.release();
  unsigned char* der = nullptr;
  const int size = i2d_OCSP_REQUEST(request.get(), &der);
  if (size <= 0) return {};
  std::string question(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return question;
}

std::string ocsp_url(const Certificate& certificate) {
  STACK_OF(OPENSSL_STRING)* const urls = X509_get1_ocsp(certificate.leaf());
  std::string url;
  if (sk_OPENSSL_STRING_num(urls) > 0) url = sk_OPENSSL_STRING_value(urls, 0);
  X509_email_free(urls);
  ERR_clear_error();
  return url;
}

}  // namespace gateway::policy

#include "shared/policy/jwk.h"

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "shared/base/base64.h"
#include "shared/policy/strict_json.h"

namespace gateway::policy {
namespace {

using Json = nlohmann::json;

struct CurveInfo {
  std::string_view name;
  std::size_t width;  // bytes of a coordinate
};
constexpr CurveInfo kCurves[] = {{"P-256", 32}, {"P-384", 48}, {"P-521", 66}};

// Builds a public key of `type` from parameters that `add` puts in.
template <class Add>
EvpKey build_key(const char* type, Add add) {
  const std::unique_ptr<OSSL_PARAM_BLD, decltype(&OSSL_PARAM_BLD_free)> builder(
      OSSL_PARAM_BLD_new(), OSSL_PARAM_BLD_free);
  if (builder == nullptr || !add(builder.get())) return nullptr;
  const std::unique_ptr<OSSL_PARAM, decltype(&OSSL_PARAM_free)> parameters(
      OSSL_PARAM_BLD_to_param(builder.get()), OSSL_PARAM_free);
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
      EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr), EVP_PKEY_CTX_free);
  EVP_PKEY* key = nullptr;
  if (parameters == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return nullptr;
  }
  return EvpKey(key);
}

// One member of "keys".
class JwkReader {
 public:
  JwkReader(const Json& jwk, JwksSource source) : jwk_(jwk), source_(source) {}

  VerificationKey::Pointer read(const char*& why) {
    if (!jwk_.is_object()) return why = "not an object", nullptr;
    VerificationKey::Label label;
    if ((why = purpose_fault()) != nullptr || (why = read_label(label)) != nullptr) return nullptr;
    const std::string_view type = text("kty").value_or("");
    if (type == "oct") return read_secret(std::move(label), why);
    EvpKey key;
    if (type == "RSA") {
      key = read_rsa(why);
    } else if (type == "EC") {
      key = read_ec(why);
    } else if (type == "OKP") {
      key = read_okp(why);
    } else {
      why = "its kty is none of RSA, EC, OKP, oct";
    }
    if (why != nullptr) return nullptr;
    return VerificationKey::from_public(std::move(key), std::move(label), why);
  }

 private:
  std::optional<std::string_view> text(const char* name) const {
    const auto found = jwk_.find(name);
    if (found == jwk_.end() || !found->is_string()) return std::nullopt;
    return found->get_ref<const std::string&>();
  }

  // Empty when the member is missing, empty or not base64url.
  std::string bytes(const char* name) const {
    std::string decoded;
    if (!decode_base64(Base64::url, text(name).value_or(""), decoded)) return {};
    return decoded;
  }

  const char* purpose_fault() const {
    if (jwk_.contains("use") && text("use") != "sig") return "its use is not \"sig\"";
    const auto uses = jwk_.find("key_ops");
    if (uses == jwk_.end()) return nullptr;
    const bool verifies =
        uses->is_array() && std::find(uses->begin(), uses->end(), "verify") != uses->end();
    return verifies ? nullptr : "its key_ops do not include \"verify\"";
  }

  const char* read_label(VerificationKey::Label& label) const {
    if (jwk_.contains("kid")) {
      const auto kid = text("kid");
      if (!kid || kid->empty() || kid->size() > kMaxKidSize) {
        return "its kid is not a text of 1 to 256 bytes";
      }
      label.kid = *kid;
    }
    if (jwk_.contains("alg")) {
      label.only = parse_jws_algorithm(text("alg").value_or(""));
      if (!label.only) return "its alg is not a signature algorithm that is supported";
    }
    return nullptr;
  }

  VerificationKey::Pointer read_secret(VerificationKey::Label label, const char*& why) const {
    if (source_ == JwksSource::url) {
      why = "a secret (kty oct) is not taken from an address that others can read";
      return nullptr;
    }
    return VerificationKey::from_secret(bytes("k"), std::move(label), why);
  }

  EvpKey read_rsa(const char*& why) const {
    const std::string n = bytes("n");
    const std::string e = bytes("e");
    // A leading zero byte is not minimal (RFC 7518 §6.3.1.1), yet some issuers write one.
    if (n.empty() || e.empty() || n.size() > kMaxRsaBits / 8 + 1 || e.size() > 8) {
      why = "its n or e is missing, not base64url or too long";
      return nullptr;
    }
    const auto number = [](const std::string& text) {
      return std::unique_ptr<BIGNUM, decltype(&BN_free)>(
          BN_bin2bn(reinterpret_cast<const unsigned char*>(text.data()),
                    static_cast<int>(text.size()), nullptr),
          BN_free);
    };
    const auto modulus = number(n);
    const auto exponent = number(e);
    return build_key("RSA", [&](OSSL_PARAM_BLD* to) {
      return modulus != nullptr && exponent != nullptr &&
             OSSL_PARAM_BLD_push_BN(to, OSSL_PKEY_PARAM_RSA_N, modulus.get()) == 1 &&
             OSSL_PARAM_BLD_push_BN(to, OSSL_PKEY_PARAM_RSA_E, exponent.get()) == 1;
    });
  }

  EvpKey read_ec(const char*& why) const {
    const auto* const curve =
        std::find_if(std::begin(kCurves), std::end(kCurves),
                     [&](const CurveInfo& known) { return text("crv") == known.name; });
    if (curve == std::end(kCurves)) {
      why = "its crv is none of P-256, P-384, P-521";
      return nullptr;
    }
    const std::string x = bytes("x");
    const std::string y = bytes("y");
    if (x.size() != curve->width || y.size() != curve->width) {
      why = "its x or y has not the width of its curve (RFC 7518, section 6.2.1)";
      return nullptr;
    }
    const std::string point = "\x04" + x + y;  // uncompressed (SEC 1 §2.3.3)
    EvpKey key = build_key("EC", [&](OSSL_PARAM_BLD* to) {
      return OSSL_PARAM_BLD_push_utf8_string(to, OSSL_PKEY_PARAM_GROUP_NAME, curve->name.data(),
                                             curve->name.size()) == 1 &&
             OSSL_PARAM_BLD_push_octet_string(to, OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                              point.size()) == 1;
    });
    if (key == nullptr) why = "its point is not on its curve";
    return key;
  }

  EvpKey read_okp(const char*& why) const {
    const std::string x = bytes("x");
    if (text("crv") != "Ed25519" || x.size() != 32) {
      why = "its crv is not Ed25519 or its x has not 32 bytes";
      return nullptr;
    }
    return EvpKey(EVP_PKEY_new_raw_public_key(
        EVP_PKEY_ED25519, nullptr, reinterpret_cast<const unsigned char*>(x.data()), x.size()));
  }

  const Json& jwk_;
  JwksSource source_;
};

std::string name_of(const Json& jwk, std::size_t index) {
  const auto kid = jwk.is_object() ? jwk.find("kid") : jwk.end();
  if (kid == jwk.end() || !kid->is_string()) return fmt::format("key {}", index + 1);
  // Dumped as JSON: a name from outside carries no control character into a log.
  return fmt::format("key {} (kid {})", index + 1,
                     Json(kid->get_ref<const std::string&>().substr(0, kMaxKidSize))
                         .dump(-1, ' ', true, Json::error_handler_t::replace));
}

}  // namespace

LoadedKeys load_jwks(std::string_view text, JwksSource source) {
  LoadedKeys loaded;
  const auto refuse = [&](const char* why) {
    loaded.notes.emplace_back(why);
    return loaded;
  };
  if (text.size() > kMaxKeyFileSize) return refuse("more than 1 MiB of keys");
  if (const char* why = read_json_object(text, [](const JsonValue&) {})) return refuse(why);
  const Json set = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!set.is_object() || !set.contains("keys") || !set["keys"].is_array()) {
    return refuse("no list \"keys\"");
  }
  const Json& keys = set["keys"];
  for (std::size_t i = 0; i < keys.size() && i < kMaxKeys; ++i) {
    const char* why = nullptr;
    if (auto key = JwkReader(keys[i], source).read(why)) {
      loaded.keys.push_back(std::move(key));
    } else {
      loaded.notes.push_back(fmt::format("{}: {}", name_of(keys[i], i), why));
    }
  }
  if (keys.size() > kMaxKeys) {
    loaded.notes.push_back(fmt::format("more than {} keys; the rest is left out", kMaxKeys));
  }
  ERR_clear_error();
  return loaded;
}

}  // namespace gateway::policy

#include "shared/policy/basic_auth.h"

#include <doctest/doctest.h>

#include "shared/base/base64.h"

namespace {

using namespace gateway;
using namespace gateway::policy;

// Cheap enough for a test; what it costs is not what is tested.
constexpr ScryptCost kCheap{4, 1, 1};
const std::string kSalt = "0123456789abcdef";

std::string hash_of(const char* password, const ScryptCost& cost = kCheap) {
  return PasswordHash::make(password, kSalt, cost)->to_string();
}

std::optional<PasswordHash> parse(std::string_view text) {
  const char* why = nullptr;
  auto hash = PasswordHash::parse(text, why);
  CHECK(hash.has_value() == (why == nullptr));
  return hash;
}

config::BasicAuth users() {
  config::BasicAuth auth;
  auth.users.resize(3);
  auth.users[0].name = "ann";
  auth.users[0].hash.value = hash_of("secret");
  auth.users[0].roles = {"lab", "admin"};
  auth.users[1].name = "bob";
  auth.users[1].hash.value = hash_of("other");
  auth.users[2].name = "eve";
  auth.users[2].hash.value = "plain text";
  return auth;
}

std::optional<BasicCredentials> basic(std::string_view plain) {
  return parse_basic(encode_base64(Base64::standard, plain));
}

}  // namespace

TEST_CASE("the scrypt example of RFC 7914 section 12 verifies") {
  // N = 16384, r = 8, p = 1, 64 bytes.
  constexpr unsigned char kKey[] = {
      0x70, 0x23, 0xbd, 0xcb, 0x3a, 0xfd, 0x73, 0x48, 0x46, 0x1c, 0x06, 0xcd, 0x81,
      0xfd, 0x38, 0xeb, 0xfd, 0xa8, 0xfb, 0xba, 0x90, 0x4f, 0x8e, 0x3e, 0xa9, 0xb5,
      0x43, 0xf6, 0x54, 0x5d, 0xa1, 0xf2, 0xd5, 0x43, 0x29, 0x55, 0x61, 0x3f, 0x0f,
      0xcf, 0x62, 0xd4, 0x97, 0x05, 0x24, 0x2a, 0x9a, 0xf9, 0xe6, 0x1e, 0x85, 0xdc,
      0x0d, 0x65, 0x1e, 0x40, 0xdf, 0xcf, 0x01, 0x7b, 0x45, 0x57, 0x58, 0x87};
  const PasswordHash written{
      {14, 8, 1}, "SodiumChloride", {reinterpret_cast<const char*>(kKey), sizeof(kKey)}};
  const auto hash = parse(written.to_string());
  REQUIRE(hash);
  CHECK(hash->cost == ScryptCost{14, 8, 1});
  CHECK(hash->salt == "SodiumChloride");
  CHECK(hash->verify("pleaseletmein"));
  CHECK_FALSE(hash->verify("pleaseletmeiN"));
  CHECK_FALSE(hash->verify(""));
}

TEST_CASE("a hash that is made is read back and verifies its password alone") {
  const auto made = PasswordHash::make("pässword", kSalt);
  REQUIRE(made);
  CHECK(made->to_string().starts_with("$scrypt$ln=15,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$"));
  const auto hash = parse(made->to_string());
  REQUIRE(hash);
  CHECK(hash->verify("pässword"));
  CHECK_FALSE(hash->verify("password"));
  CHECK_FALSE(PasswordHash::make("", kSalt, kCheap));
  CHECK_FALSE(PasswordHash::make("x", "7 bytes", kCheap));
  CHECK(PasswordHash::make(std::string(kMaxPasswordSize, 'p'), kSalt, kCheap));
  CHECK_FALSE(PasswordHash::make(std::string(kMaxPasswordSize + 1, 'p'), kSalt, kCheap));
}

TEST_CASE("a hash has one spelling and bounded costs") {
  const std::string tail = "$MDEyMzQ1Njc4OWFiY2RlZg$MDEyMzQ1Njc4OWFiY2RlZg";
  for (const char* cost : {"ln=15,r=8,p=1", "ln=17,r=8,p=4", "ln=16,r=16,p=1", "ln=1,r=1,p=1"}) {
    CAPTURE(cost);
    CHECK(parse("$scrypt$" + std::string(cost) + tail));
  }
  for (const char* cost :
       {"ln=18,r=1,p=1", "ln=17,r=9,p=1", "ln=17,r=16,p=1", "ln=4,r=17,p=1", "ln=4,r=1,p=5",
        "ln=0,r=8,p=1", "ln=15,r=0,p=1", "ln=15,r=8,p=0", "ln=015,r=8,p=1", "ln=-1,r=8,p=1",
        "ln=15,p=1,r=8", "ln=15, r=8,p=1", "r=8,p=1", "ln=99999999999,r=8,p=1", "ln=15,r=8,p=1,x=1",
        "ln=4294967311,r=8,p=1", ""}) {
    CAPTURE(cost);
    CHECK_FALSE(parse("$scrypt$" + std::string(cost) + tail));
  }
  const std::string good = "$scrypt$ln=4,r=1,p=1";
  for (const char* text :
       {"", "$", "$MDEyMzQ1Njc4OWFiY2RlZg", "$MDEyMzQ1Njc4OWFiY2RlZg$",
        "$MDEyMzQ1Ng$MDEyMzQ1Njc4OWFiY2RlZg", "$MDEyMzQ1Njc4OWFiY2RlZg$MDEyMzQ1Njc4OWFiY2RlZ",
        "$MDEyMzQ1Njc4OWFiY2RlZg==$MDEyMzQ1Njc4OWFiY2RlZg",
        "$MDEyMzQ1Njc4OWFiY2RlZg$MDEyMzQ1Njc4OWFiY2RlZg$"}) {
    CAPTURE(text);
    CHECK_FALSE(parse(good + text));
  }
  CHECK(parse(good + "$" + std::string(86, 'A').substr(0, 86) + "$" + std::string(86, 'A')));
  CHECK_FALSE(parse(good + "$" + std::string(87, 'A') + "$" + std::string(86, 'A')));
  CHECK_FALSE(parse(good + "$" + std::string(2000, 'A') + "$" + std::string(86, 'A')));
  CHECK_FALSE(parse("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$aaaa"));
  CHECK_FALSE(parse("secret"));
}

TEST_CASE("Basic credentials are read as RFC 7617 has them") {
  const auto example = parse_basic("QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  REQUIRE(example);
  CHECK(example->user == "Aladdin");
  CHECK(example->password == "open sesame");
  CHECK(basic("u:a:b")->password == "a:b");
  CHECK(basic("u:")->password.empty());
  CHECK(basic("t\xC3\xA4st:123\xC2\xA3")->user == "t\xC3\xA4st");
  for (const char* plain : {"", "user", ":password", "u\n:p", "u:p\r", "u:\x7F"}) {
    CAPTURE(plain);
    CHECK_FALSE(basic(plain));
  }
  CHECK_FALSE(basic(std::string_view("u\0:p", 4)));
  CHECK_FALSE(parse_basic("QWxhZGRpbjpvcGVuIHNlc2FtZQ"));
  CHECK_FALSE(parse_basic("QWxhZGRpbjpvcGVuIHNlc2FtZR=="));
  CHECK_FALSE(parse_basic("!"));
  const std::string user(kMaxBasicUserSize, 'u');
  const std::string password(kMaxPasswordSize, 'p');
  CHECK(basic(user + ":" + password));
  CHECK_FALSE(basic(user + "u:p"));
  CHECK_FALSE(basic("u:" + password + "p"));
  CHECK_FALSE(parse_basic(std::string(8192, 'A')));
}

TEST_CASE("a known user has his own hash, anybody else somebody's, which never counts") {
  const BasicRules rules(users());
  const auto ann = rules.look_up("ann");
  REQUIRE(ann.identity);
  CHECK(ann.hash->verify("secret"));
  CHECK_FALSE(ann.hash->verify("other"));
  CHECK(ann.identity->user == "ann");
  CHECK(ann.identity->method == "basic");
  CHECK(ann.identity->claim("roles") == "lab,admin");
  for (const char* name : {"Ann", "", "eve", "nobody"}) {
    CAPTURE(name);
    const auto stranger = rules.look_up(name);
    CHECK(stranger.identity == nullptr);
    REQUIRE(stranger.hash != nullptr);
    CHECK(stranger.hash->cost == kCheap);
    CHECK(stranger.hash == rules.look_up(name).hash);
  }
  const BasicRules empty{config::BasicAuth()};
  const auto none = empty.look_up("ann");
  CHECK(none.identity == nullptr);
  CHECK_FALSE(none.hash->verify("secret"));
}

TEST_CASE("other users, hashes or roles are another generation") {
  auto auth = users();
  const auto first = BasicRules(auth).generation();
  CHECK(BasicRules(auth).generation() == first);
  auth.users[0].roles.pop_back();
  CHECK(BasicRules(auth).generation() != first);
  auth = users();
  auth.users[0].hash.value = hash_of("changed");
  CHECK(BasicRules(auth).generation() != first);
}

TEST_CASE("a verified pair is known until the users change") {
  const BasicRules rules(users());
  VerifiedPasswords verified(8, sha256({"random bytes"}));
  verified.use_generation(rules.generation());
  CHECK(verified.find({"ann", "secret"}) == nullptr);
  verified.insert({"ann", "secret"}, rules.look_up("ann").identity);
  REQUIRE(verified.find({"ann", "secret"}));
  CHECK(verified.find({"ann", "secret"})->user == "ann");
  CHECK(verified.find({"ann", "secre"}) == nullptr);
  CHECK(verified.find({"ann", ""}) == nullptr);
  CHECK(verified.find({"an", "nsecret"}) == nullptr);
  CHECK(verified.find({"bob", "secret"}) == nullptr);
  verified.use_generation(rules.generation() + 1);
  CHECK(verified.find({"ann", "secret"}) == nullptr);
}

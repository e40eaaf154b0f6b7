// Signed tokens that nobody has seen yet, and what verifying them costs OpenSSL alone.
//
//   tokens make COUNT EXPIRES FOLDER   writes public.pem and tokens (one a line, RS256, 2048 bits)
//   tokens verify FOLDER               verifies each once; prints the µs of CPU that one took
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace gateway::bench {
namespace {

[[noreturn]] void fail(const std::string& what) {
  std::cerr << "tokens: " << what << "\n";
  std::exit(1);
}

const unsigned char* octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string base64url(std::string_view text) {
  std::string out(text.size() / 3 * 4 + 5, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), octets(text),
                                   static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(size));
  while (!out.empty() && out.back() == '=') out.pop_back();
  for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return out;
}

// Of text whose length leaves no remainder of one octet, as signatures are.
std::string from_base64url(std::string text) {
  for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
  const std::size_t padding = (4 - text.size() % 4) % 4;
  text.append(padding, '=');
  std::string out(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()), octets(text),
                                   static_cast<int>(text.size()));
  if (size < 0) fail("a signature is not base64url");
  out.resize(static_cast<std::size_t>(size) - padding);
  return out;
}

// As an OpenID provider writes them; `number` makes each another.
std::string claims(long number, const std::string& expires) {
  char id[32];
  std::snprintf(id, sizeof(id), "%012ld", number);
  return R"({"iss":"https://auth.example.com","sub":"3f1c9a7e-52a0-4c11-9a53-)" + std::string(id) +
         R"(","aud":["lims"],"iat":1700000000,"exp":)" + expires +
         R"(,"azp":"web","scope":"openid profile email","roles":["lab","reader"]})";
}

void make(long count, const std::string& expires, const std::string& folder) {
  EVP_PKEY* const key = EVP_RSA_gen(2048);
  std::FILE* const pem = std::fopen((folder + "/public.pem").c_str(), "w");
  if (key == nullptr || pem == nullptr || PEM_write_PUBKEY(pem, key) != 1) fail("no key");
  std::fclose(pem);
  std::ofstream out(folder + "/tokens");
  const std::string head = base64url(R"({"alg":"RS256","typ":"JWT"})") + ".";
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  for (long i = 0; i < count; ++i) {
    const std::string text = head + base64url(claims(i, expires));
    std::string signature(256, '\0');
    std::size_t size = signature.size();
    EVP_MD_CTX_reset(context);
    if (EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, key) != 1 ||
        EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size,
                       octets(text), text.size()) != 1) {
      fail("cannot sign");
    }
    out << text << '.' << base64url(signature) << '\n';
  }
  if (!out.flush()) fail("cannot write " + folder + "/tokens");
}

struct Signed {
  std::string text;
  std::string signature;
};

std::vector<Signed> read_tokens(const std::string& path) {
  std::vector<Signed> tokens;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    const std::size_t dot = line.rfind('.');
    if (dot == std::string::npos) fail("not a token: " + line);
    tokens.push_back({line.substr(0, dot), from_base64url(line.substr(dot + 1))});
  }
  return tokens;
}

double cpu_us() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

// With everything that may be kept between two of them kept.
void verify(const std::string& folder) {
  std::FILE* const pem = std::fopen((folder + "/public.pem").c_str(), "r");
  EVP_PKEY* const key = pem != nullptr ? PEM_read_PUBKEY(pem, nullptr, nullptr, nullptr) : nullptr;
  const std::vector<Signed> tokens = read_tokens(folder + "/tokens");
  EVP_MD* const digest = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  if (key == nullptr || digest == nullptr || tokens.empty()) fail("nothing to verify");
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  const double start = cpu_us();
  for (const Signed& token : tokens) {
    EVP_MD_CTX_reset(context);
    if (EVP_DigestVerifyInit(context, nullptr, digest, nullptr, key) != 1 ||
        EVP_DigestVerify(context, octets(token.signature), token.signature.size(),
                         octets(token.text), token.text.size()) != 1) {
      fail("does not verify");
    }
  }
  std::cout << (cpu_us() - start) / static_cast<double>(tokens.size()) << "\n";
}

}  // namespace
}  // namespace gateway::bench

int main(int count, char** arguments) {
  const std::vector<std::string> words(arguments + 1, arguments + count);
  if (words.size() == 4 && words[0] == "make") {
    gateway::bench::make(std::atol(words[1].c_str()), words[2], words[3]);
  } else if (words.size() == 2 && words[0] == "verify") {
    gateway::bench::verify(words[1]);
  } else {
    std::cerr << "usage: tokens make COUNT EXPIRES FOLDER | tokens verify FOLDER\n";
    return 2;
  }
}

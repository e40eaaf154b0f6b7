#include "gatewayctl/doctor/look.h"

#include <doctest/doctest.h>
#include <netdb.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>

#include "tests/unit/shared/store/scratch.h"

using namespace gateway;
using namespace gateway::ctl::doctor;

namespace {

constexpr long kDay = 86'400;

// Adds a certificate that signs itself, valid from `from` to `until` seconds from now.
void add_certificate(const std::string& path, long from, long until) {
  EVP_PKEY* key = ::EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
  X509* certificate = ::X509_new();
  X509_gmtime_adj(::X509_getm_notBefore(certificate), from);
  X509_gmtime_adj(::X509_getm_notAfter(certificate), until);
  ::X509_set_pubkey(certificate, key);
  ::X509_NAME_add_entry_by_txt(::X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("site.example"), -1, -1, 0);
  ::X509_sign(certificate, key, ::EVP_sha256());
  std::FILE* file = std::fopen(path.c_str(), "a");
  REQUIRE(file != nullptr);
  ::PEM_write_X509(file, certificate);
  std::fclose(file);
  ::X509_free(certificate);
  ::EVP_PKEY_free(key);
}

long seconds_from_now(UnixMicros time) {
  return (time - SystemClock().unix_now()) / 1'000'000;
}

config::Config serving_on(std::uint16_t port) {
  config::Config config;
  config::Listener listener;
  listener.name = "public";
  listener.host = "127.0.0.1";
  listener.port = port;
  config.listeners.push_back(listener);
  return config;
}

}  // namespace

TEST_CASE("of a chain the first certificate that ends counts, and who it is for is told") {
  const Scratch scratch;
  const std::string path = scratch.path("chain.pem");
  add_certificate(path, -kDay, 90 * kDay);
  add_certificate(path, -2 * kDay, 30 * kDay);
  const Expiry found = look_at_certificate("certificate", path);
  CHECK(found.fault.empty());
  CHECK(found.what == "certificate " + path + " (site.example)");
  CHECK(seconds_from_now(found.until) == doctest::Approx(30 * kDay).epsilon(0.01));
  CHECK(seconds_from_now(found.from) == doctest::Approx(-kDay).epsilon(0.01));
}

TEST_CASE("a file without a certificate, and no file") {
  const Scratch scratch;
  std::ofstream(scratch.path("text.pem")) << "-----BEGIN CERTIFICATE-----\nnonsense\n";
  CHECK(look_at_certificate("c", scratch.path("text.pem")).fault ==
        "there is no certificate in it");
  CHECK(look_at_certificate("c", scratch.path("none.pem")).fault == "No such file or directory");
}

TEST_CASE("a port that somebody listens on, and who that is") {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  REQUIRE(::bind(listener, generic, size) == 0);
  REQUIRE(::listen(listener, 1) == 0);
  REQUIRE(::getsockname(listener, generic, &size) == 0);
  const std::uint16_t number = ntohs(address.sin_port);
  const Process self{::getpid(), "test"};

  auto ports = look_at_ports(serving_on(number), likely_runner(), std::nullopt);
  REQUIRE(ports.size() == 1);
  CHECK(ports[0].error == EADDRINUSE);
  REQUIRE(ports[0].holder);
  CHECK(ports[0].holder->pid == ::getpid());
  CHECK_FALSE(ports[0].ours);
  CHECK(look_at_ports(serving_on(number), likely_runner(), self)[0].ours);
  ::close(listener);
  CHECK(look_at_ports(serving_on(number), likely_runner(), std::nullopt)[0].error == 0);
}

TEST_CASE("names: addresses are not looked up, what is unknown is told, within the time") {
  config::Config config;
  config::Service service;
  service.name = "api";
  for (const char* host : {"127.0.0.1", "localhost", "no-such-host.invalid"}) {
    config::Instance instance;
    instance.host = host;
    service.instances.push_back(instance);
  }
  config.services.push_back(service);
  const auto names = look_up_names(config, milliseconds{20'000});
  REQUIRE(names.size() == 2);
  CHECK(names[0].host == "localhost");
  // A machine without /etc/hosts, such as a bare chroot, knows none.
  addrinfo* found = nullptr;
  const bool known = ::getaddrinfo("localhost", nullptr, nullptr, &found) == 0;
  if (known) ::freeaddrinfo(found);
  CHECK((names[0].addresses >= 1) == known);
  CHECK(names[1].host == "no-such-host.invalid");
  CHECK((!names[1].fault.empty() || !names[1].answered));
  CHECK(names[1].used_by == "services.api");
}

TEST_CASE("folders are found with their owners; what is not there is told") {
  const Scratch scratch;
  config::Config config;
  config.store.path = scratch.path("none/gatewayd.db");
  config.control.socket = scratch.path("control.sock");
  const auto places = look_at_places(config, scratch.path("gatewayd.toml"));
  REQUIRE(places.size() == 4);
  CHECK_FALSE(places[0].exists);
  CHECK(places[1].is_folder);
  CHECK(places[1].mode == 0700);
  CHECK(places[1].uid == ::geteuid());
  CHECK_FALSE(places[2].exists);
  CHECK(places[3].path == scratch.folder());
  CHECK(look_at_disk(config.store).size > 0);
}

TEST_CASE("API keys that end are looked at, those without an end are not") {
  config::ApiKey ends;
  ends.name = "ci";
  ends.expires.value = "2027-01-31T00:00:00Z";
  config::ApiKeyAuth keys;
  keys.keys = {ends, config::ApiKey{}};
  config::Config config;
  config.auth.api_key = keys;
  const auto found = look_at_expiries(config);
  REQUIRE(found.size() == 1);
  CHECK(found[0].what == "API key \"ci\"");
  CHECK(found[0].until == 1'801'353'600'000'000);
}

#include "shared/control/client.h"

#include <fmt/format.h>
#include <grp.h>
#include <httplib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "shared/control/percent_encoded.h"

namespace gateway::control {
namespace {

using nlohmann::json;

constexpr auto kReadTimeout = std::chrono::seconds(15);
constexpr auto kReloadTimeout = std::chrono::seconds(120);
constexpr auto kConnectTimeout = std::chrono::seconds(5);

// Why a connection cannot be made, as errno; 0: it can. httplib keeps that to itself.
int connect_errno(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) return ENAMETOOLONG;
  std::memcpy(address.sun_path, path.data(), path.size());
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return errno;
  const int failed = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  const int error = failed == 0 ? 0 : errno;
  ::close(fd);
  return error;
}

std::string group_of(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return {};
  std::array<char, 4096> buffer;
  group entry{};
  group* result = nullptr;
  if (::getgrgid_r(found.st_gid, &entry, buffer.data(), buffer.size(), &result) == 0 && result) {
    return result->gr_name;
  }
  return fmt::format("gid {}", found.st_gid);
}

std::string what_to_do(int error, const std::string& path) {
  switch (error) {
    case EACCES:
    case EPERM: {
      const std::string group = group_of(path);
      return group.empty() ? "run this with sudo, or ask for access to the socket's folder"
                           : fmt::format("run this with sudo, or as a member of group {}", group);
    }
    case ECONNREFUSED:
      return "gatewayd has ended without removing it; start gatewayd";
    case ENOENT:
      return "start gatewayd, or name its socket with --socket (control.socket)";
    case ENAMETOOLONG:
      return "a socket's path has at most 107 bytes";
    default:
      return "check that gatewayd runs and is not overloaded";
  }
}

ClientError unreachable(const std::string& path, httplib::Error failure) {
  const int error = connect_errno(path);
  const std::string why =
      error != 0 ? std::string(std::strerror(error)) : httplib::to_string(failure);
  return {true,
          fmt::format("cannot reach gatewayd at {}: {}; {}", path, why, what_to_do(error, path))};
}

httplib::Client connected(const std::string& path, std::chrono::seconds read_timeout,
                          std::optional<std::chrono::milliseconds> patience) {
  httplib::Client client(path);
  client.set_address_family(AF_UNIX);
  client.set_connection_timeout(kConnectTimeout);
  client.set_read_timeout(read_timeout);
  client.set_write_timeout(kConnectTimeout);
  if (patience) {
    client.set_connection_timeout(*patience);
    client.set_read_timeout(*patience);
    client.set_write_timeout(*patience);
  }
  client.set_default_headers({{"Host", "localhost"}});
  return client;
}

Result<json, ClientError> read(const std::string& socket_path, const httplib::Result& result) {
  if (!result) return unreachable(socket_path, result.error());
  json body = json::parse(result->body, nullptr, false);
  if (result->status != 200) {
    std::string detail = body.is_object() ? body.value("detail", std::string()) : std::string();
    if (detail.empty()) detail = "no reason given";
    return ClientError{false, fmt::format("gatewayd at {} refused with {}: {}", socket_path,
                                          result->status, detail)};
  }
  if (!body.is_object()) {
    return ClientError{false, fmt::format("what listens at {} does not answer as gatewayd does; "
                                          "check --socket",
                                          socket_path)};
  }
  return body;
}

}  // namespace

Client::Client(std::string socket_path, std::optional<std::chrono::milliseconds> patience)
    : socket_path_(std::move(socket_path)), patience_(patience) {}

Result<json, ClientError> Client::get(const std::string& path, const Params& params) const {
  httplib::Params query;
  for (const auto& [name, value] : params) query.emplace(name, value);
  auto client = connected(socket_path_, kReadTimeout, patience_);
  return read(socket_path_, client.Get(path, query, httplib::Headers{}));
}

Result<std::string, ClientError> Client::get_text(const std::string& path) const {
  auto client = connected(socket_path_, kReadTimeout, patience_);
  const auto result = client.Get(path);
  if (!result) return unreachable(socket_path_, result.error());
  if (result->status == 200) return result->body;
  return ClientError{false,
                     fmt::format("gatewayd at {} refused with {}", socket_path_, result->status)};
}

Result<json, ClientError> Client::post(const std::string& path, const Params& params) const {
  std::string target = path;
  for (const auto& [name, value] : params) {
    target += (target.size() == path.size() ? "?" : "&") + percent_encoded(name) + "=" +
              percent_encoded(value);
  }
  auto client = connected(socket_path_, kReloadTimeout, patience_);
  return read(socket_path_, client.Post(target));
}

Result<json, ClientError> Client::post_json(const std::string& path, const json& body) const {
  auto client = connected(socket_path_, kReloadTimeout, patience_);
  const std::string text = body.dump(-1, ' ', false, json::error_handler_t::replace);
  return read(socket_path_, client.Post(path, text, "application/json"));
}

}  // namespace gateway::control

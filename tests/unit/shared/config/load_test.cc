#include "shared/config/load.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "shared/config/limits.h"

using namespace gateway::config;
using namespace std::chrono_literals;

namespace {

const std::string kListener = "[listeners.a]\naddress = \"127.0.0.1:0\"\n";
const std::string kService = "[services.s]\ninstances = [\"http://[::1]:81/\", \"http://host\"]\n";

Environment empty_environment() {
  return {[](std::string_view) -> std::optional<std::string> { return std::nullopt; }};
}

Loaded read(const std::string& text) {
  return load_text("test.toml", text, empty_environment());
}

std::size_t count(const Loaded& loaded, std::string_view id) {
  std::size_t found = 0;
  for (const Diagnostic& item : loaded.diagnostics.items) found += item.id == id ? 1 : 0;
  return found;
}

std::string routes(std::size_t number) {
  std::string text;
  for (std::size_t i = 0; i < number; ++i) {
    text += "[routes.r" + std::to_string(i) + "]\npath = \"/" + std::to_string(i) +
            "\"\nservice = \"s\"\n";
  }
  return text;
}

// A folder of its own, removed with all it holds.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "config_test_XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return (path_ / name).string();
  }

 private:
  std::filesystem::path path_;
};

}  // namespace

TEST_CASE("what a file leaves out has the default of its key") {
  const Loaded loaded = read(kListener + kService + routes(1));
  REQUIRE(loaded.config.has_value());
  const Config& config = *loaded.config;
  CHECK(config.gateway.workers == 0);
  CHECK(config.gateway.max_connections == 20000);
  CHECK(config.gateway.max_header_size == 32 << 10);
  CHECK(config.gateway.max_target_size == 8 << 10);
  CHECK(config.gateway.max_headers == 100);
  CHECK(config.gateway.max_body_size == 10 << 20);
  CHECK(config.gateway.client_header_timeout == 10s);
  CHECK(config.gateway.client_body_timeout == 60s);
  CHECK(config.gateway.send_timeout == 60s);
  CHECK(config.gateway.idle_timeout == 75s);
  CHECK(config.gateway.drain_timeout == 30s);
  CHECK_FALSE(config.gateway.expose_info);
  CHECK_FALSE(config.gateway.expose_health);
  CHECK_FALSE(config.gateway.expose_services);
  CHECK_FALSE(config.gateway.expose_metrics);
  CHECK_FALSE(config.gateway.expose_docs);
  CHECK(config.gateway.x_forwarded);
  CHECK(config.gateway.forwarded);
  CHECK_FALSE(config.gateway.via);
  CHECK(config.control.socket == "/run/gatewayd/control.sock");
  CHECK(config.store.path == "/var/lib/gatewayd/gatewayd.db");
  CHECK(config.store.keep_requests == 720h);
  CHECK(config.store.max_size == 10ull << 30);
  CHECK(config.log.level == LogLevel::info);
  CHECK(config.log.format == LogFormat::text);
  CHECK(config.log.to == "stderr");
  CHECK(config.log.redact.size() == 5);
  const Service& service = config.services.front();
  CHECK(service.connect_timeout == 2s);
  CHECK(service.response_timeout == 30s);
  CHECK(service.max_idle == 128);
  CHECK(service.idle_timeout == 30s);
  CHECK(config.routes.front().enabled);
  CHECK_FALSE(config.routes.front().timeout.has_value());
  CHECK_FALSE(config.routes.front().rewrite.has_value());
}

TEST_CASE("instances are taken apart, and keep the url that was written") {
  const Loaded loaded = read(kListener + kService + routes(1));
  REQUIRE(loaded.config.has_value());
  const auto& instances = loaded.config->services.front().instances;
  REQUIRE(instances.size() == 2);
  CHECK(instances[0].url == "http://[::1]:81");
  CHECK(instances[0].host == "::1");
  CHECK(instances[0].port == 81);
  CHECK(instances[1].host == "host");
  CHECK(instances[1].port == 80);
}

TEST_CASE("services and routes keep the order of the author, with their places") {
  const Loaded loaded = read(kListener + kService +
                             "[routes.z]\npath = \"/z\"\nservice = \"s\"\n"
                             "[routes.a]\n  path = \"/a\"\nservice = \"s\"\ntimeout = \"3s\"\n");
  REQUIRE(loaded.config.has_value());
  const auto& all = loaded.config->routes;
  REQUIRE(all.size() == 2);
  CHECK(all[0].name == "z");
  CHECK(all[1].name == "a");
  CHECK(all[1].place.line == 8);
  CHECK(all[1].path.place.line == 9);
  CHECK(all[1].path.place.column == 10);
  CHECK(all[1].path.place.length == 4);
  CHECK(all[1].timeout == gateway::milliseconds(3000));
}

TEST_CASE("variables are filled in within strings alone") {
  const Environment environment = {[](std::string_view name) -> std::optional<std::string> {
    if (name == "P") return "/x";
    return std::nullopt;
  }};
  const Loaded loaded = load_text(
      "test.toml",
      kListener + kService + "[routes.a]\npath = \"${P}/$${P}/${Q:-q}$\"\nservice = \"s\"\n",
      environment);
  REQUIRE(loaded.config.has_value());
  CHECK(loaded.config->routes.front().path.value == "/x/${P}/q$");
}

TEST_CASE("a secret stays out of what is shown, not out of the file that is kept") {
  const Loaded loaded = read("[auth.jwt]\nalgorithms = [\"HS256\"]\nsecret = \"hunter2\"\n");
  CHECK(loaded.diagnostics.files.front().text.find("hunter2") == std::string::npos);
  CHECK(render_text(loaded.diagnostics, true).find("hunter2") == std::string::npos);
  REQUIRE(loaded.draft.has_value());
  CHECK(loaded.draft->files.front().text.find("hunter2") != std::string::npos);
}

TEST_CASE("a text in memory cannot include files") {
  const Loaded loaded = read("include = [\"*.toml\"]\n" + kListener + kService + routes(1));
  CHECK(count(loaded, "include-refused") == 1);
  CHECK(loaded.diagnostics.errors() == 1);
}

TEST_CASE("routes: the most that may be, and one more") {
  CHECK(read(kListener + kService + routes(kMaxRoutes)).config.has_value());
  CHECK(count(read(kListener + kService + routes(kMaxRoutes + 1)), "too-many") == 1);
}

TEST_CASE("file size: the most that may be, and one more") {
  std::string text = kListener + kService + routes(1) + "#";
  text.resize(kMaxFileSize - 1, 'x');
  text += '\n';
  CHECK(read(text).config.has_value());
  const Folder folder;
  CHECK(load(folder.write("a.toml", text), empty_environment()).config.has_value());
  text += '\n';
  CHECK(count(read(text), "unreadable-file") == 1);
  CHECK(count(load(folder.write("b.toml", text), empty_environment()), "unreadable-file") == 1);
}

TEST_CASE("included files: the most that may be, and one more") {
  const Folder folder;
  const std::string main =
      folder.write("main.toml", "include = [\"part*.toml\", \"part1.toml\"]\n" + kListener +
                                    kService + routes(1));
  for (std::size_t i = 0; i < kMaxIncludes; ++i) {
    folder.write("part" + std::to_string(i) + ".toml", "version = 1\n");
  }
  const Loaded most = load(main, empty_environment());
  REQUIRE(most.config.has_value());
  CHECK(most.config->files.size() == kMaxIncludes + 1);
  folder.write("partx.toml", "version = 1\n");
  CHECK(count(load(main, empty_environment()), "too-many") == 1);
}

TEST_CASE("lists: the most items that may be, and one more") {
  std::string list = "\"a\"";
  for (std::size_t i = 1; i < kMaxListItems; ++i) list += ", \"a\"";
  const std::string rest = "]\n" + kListener + kService + routes(1);
  CHECK(read("[log]\nredact = [" + list + rest).config.has_value());
  CHECK(count(read("[log]\nredact = [" + list + ", \"a\"" + rest), "out-of-range") == 1);
}

TEST_CASE("findings past the most are counted, not kept") {
  std::string text = kListener + kService + routes(1);
  std::string unknown;
  for (std::size_t i = 0; i < kMaxFindings; ++i) unknown += "x" + std::to_string(i) + " = 1\n";
  CHECK(read(unknown + text).diagnostics.items.size() == kMaxFindings);
  const Loaded more = read("more = 1\nyet_more = 1\n" + unknown + text);
  CHECK(more.diagnostics.items.size() == kMaxFindings + 1);
  CHECK(more.diagnostics.items.back().id == "too-many-findings");
  CHECK(more.diagnostics.items.back().message == "2 more findings are not shown");
}

TEST_CASE("the first error is named by place and id") {
  CHECK(first_error(read(kListener + kService + routes(1)).diagnostics).empty());
  CHECK(first_error(read(kListener + "[services.s]\ninstances = [7]\n").diagnostics) ==
        "test.toml:4:14 wrong-type");
  CHECK(first_error(load("/nonexistent/a.toml", empty_environment()).diagnostics) ==
        "/nonexistent/a.toml unreadable-file");
}

TEST_CASE("colour wraps and never changes what is written") {
  const Loaded loaded = read("x = 1\n");
  std::string coloured = render_text(loaded.diagnostics, true);
  CHECK(coloured.find("\x1b[1;31merror[unknown-key]\x1b[0m") != std::string::npos);
  for (std::size_t at = coloured.find('\x1b'); at != std::string::npos;
       at = coloured.find('\x1b')) {
    coloured.erase(at, coloured.find('m', at) - at + 1);
  }
  CHECK(coloured == render_text(loaded.diagnostics, false));
}

#include "shared/config/toml_edit.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <vector>

#include "shared/config/json_tree.h"
#include "shared/config/report.h"
#include "shared/config/toml_parse.h"
#include "shared/config/toml_write.h"

using namespace gateway::config;
using nlohmann::json;

namespace {

TomlNode table(const char* text) {
  std::vector<std::string> pointers;
  return from_json(json::parse(text), pointers);
}

std::string put(const std::string& text, const char* name, const char* object) {
  const auto changed = put_table(text, "routes", name, table(object));
  CAPTURE(text);
  REQUIRE(changed.ok());
  return *changed;
}

std::string removed(const std::string& text, const char* name) {
  const auto changed = remove_table(text, "routes", name);
  CAPTURE(text);
  REQUIRE(changed.ok());
  return *changed;
}

json read(const std::string& text) {
  const std::vector<SourceFile> files{{"", text}};
  Report report(files);
  const auto root = parse_toml(text, 0, report);
  CAPTURE(text);
  REQUIRE(root);
  return to_json(*root, Secrets::shown);
}

constexpr char kFile[] = R"(# Routes of the laboratory.
version = 1

# Where results go.
[routes.a]        # the first
path    = "/a/*"  # all below
service = "one"   # see the wiki
timeout = "5s"

  # inside
[routes.a.retry]
attempts = 2

# The second.
[routes.b]
path = "/b"
service = "two"

[limits.per_ip]  # not a route
key = "ip"
)";

}  // namespace

TEST_CASE("a new table comes at the end, and the rest stays byte for byte") {
  CHECK(put(kFile, "new", R"({"path":"/n","methods":["GET"],"retry":{"attempts":3}})") ==
        std::string(kFile) +
            "\n[routes.new]\nmethods = [\"GET\"]\npath = \"/n\"\nretry = { attempts = 3 }\n");
  CHECK(put("", "n", R"({"path":"/n"})") == "[routes.n]\npath = \"/n\"\n");
  CHECK(put("version = 1", "n", R"({"path":"/n"})") ==
        "version = 1\n\n[routes.n]\npath = \"/n\"\n");
}

TEST_CASE("a change touches the keys that change") {
  const std::string text =
      put(kFile, "a", R"({"path":"/a/*","service":"three","retry":{"attempts":2},"priority":7})");
  const std::string wanted = R"(# Routes of the laboratory.
version = 1

# Where results go.
[routes.a]        # the first
path    = "/a/*"  # all below
service = "three"   # see the wiki
priority = 7

  # inside
[routes.a.retry]
attempts = 2

# The second.
[routes.b]
path = "/b"
service = "two"

[limits.per_ip]  # not a route
key = "ip"
)";
  CHECK(text == wanted);
  CHECK(put(text, "a",
            R"({"path":"/a/*","service":"three","retry":{"attempts":2},"priority":7})") == text);
}

TEST_CASE("a table within goes, or is written on one line") {
  const std::string without = put(kFile, "a", R"({"path":"/a/*","service":"one","timeout":"5s"})");
  CHECK(without.find("attempts") == without.npos);
  CHECK(without.find("# The second.") != without.npos);
  const std::string other =
      put(kFile, "a", R"({"path":"/a/*","service":"one","timeout":"5s","retry":{"attempts":4}})");
  CHECK(other.find("timeout = \"5s\"\nretry = { attempts = 4 }\n") != other.npos);
}

TEST_CASE("what is removed takes its own comments along, and no other") {
  CHECK(removed(kFile, "b") == R"(# Routes of the laboratory.
version = 1

# Where results go.
[routes.a]        # the first
path    = "/a/*"  # all below
service = "one"   # see the wiki
timeout = "5s"

  # inside
[routes.a.retry]
attempts = 2

[limits.per_ip]  # not a route
key = "ip"
)");
  CHECK(removed(kFile, "a") == R"(# Routes of the laboratory.
version = 1

# The second.
[routes.b]
path = "/b"
service = "two"

[limits.per_ip]  # not a route
key = "ip"
)");
  CHECK(removed(kFile, "nobody") == kFile);
  // At the top of a file a comment speaks of the file.
  CHECK(removed("# Written by the API.\n[routes.a]\npath = \"/\"\n", "a") ==
        "# Written by the API.\n");
}

TEST_CASE("however a table is written, it is found") {
  const char* ways[] = {
      "[routes.a]\npath = \"/a\"\n",
      "[routes]\na = { path = \"/a\" }  # one\nb = { path = \"/b\" }\n",
      "[routes]\na.path = \"/a\"\nb.path = \"/b\"\n",
      "routes = { a = { path = \"/a\" }, b = { path = \"/b\" } }\n",
      "routes.a = { path = \"/a\" }\nroutes.b.path = \"/b\"\n[log]\nlevel = \"info\"\n",
      "routes.a.path = \"/a\"\n",
      "[ routes . 'a' ]\npath = \"/a\"",
      "[routes.a.retry]\nattempts = 2\n[routes.a]\npath = \"/a\"\n",
      "[routes.a]\r\npath = '''/a'''\r\nmethods = [ # some\r\n  \"GET\",\r\n]\r\n",
      "[routes.b]\npath = \"/b\"\n[routes.a]\npath = \"/a\"\n[log]\n[routes.a.retry]\n",
  };
  for (const std::string way : ways) {
    CAPTURE(way);
    json wanted = read(way);
    const json object = json::parse(R"({"path":"/c","rewrite":"/x\"\\\u0001"})");
    wanted["routes"]["a"] = object;
    CHECK(read(put(way, "a", R"({"path":"/c","rewrite":"/x\"\\\u0001"})")) == wanted);
    const json left = read(removed(way, "a"));
    CHECK((!left.contains("routes") || !left["routes"].contains("a")));
    CHECK(read(put(way, "z", R"({"path":"/z"})"))["routes"]["z"]["path"] == "/z");
  }
}

TEST_CASE("what is no TOML is not edited") {
  CHECK_FALSE(put_table("[routes", "routes", "a", table("{}")).ok());
  CHECK_FALSE(remove_table("a = ", "routes", "a").ok());
}

TEST_CASE("values are spelled as TOML reads them") {
  CHECK(toml_key("per_user-1") == "per_user-1");
  CHECK(toml_key("") == "\"\"");
  CHECK(toml_key("X.Y \"z\"") == R"("X.Y \"z\"")");
  const char* values[] = {
      R"({"a":[1,-2,9223372036854775807],"b":true,"c":{"d e":"\t\n\r"},"f":{}})",
      R"({"x":["",[],{"y":[{"z":false}]}],"é":"日本\u007f"})"};
  for (const char* value : values) {
    CHECK(read("v = " + toml_value(table(value)) + "\n")["v"] == json::parse(value));
  }
}

TEST_CASE("many changes in any order come to what they say") {
  std::mt19937 random(20260103);
  for (int round = 0; round < 60; ++round) {
    std::string text = kFile;
    json wanted = read(text);
    for (int step = 0; step < 12; ++step) {
      const std::string name(1, static_cast<char>('a' + random() % 4));
      if (random() % 3 == 0) {
        text = removed(text, name.c_str());
        if (wanted.contains("routes")) wanted["routes"].erase(name);
        if (wanted.contains("routes") && wanted["routes"].empty()) wanted.erase("routes");
      } else {
        json object = {{"path", "/" + std::to_string(random() % 9)}};
        if (random() % 2 == 0) object["priority"] = random() % 100;
        if (random() % 2 == 0) object["retry"] = {{"attempts", 1 + random() % 5}};
        if (random() % 3 == 0) object["hosts"] = {"a.example", "b.example"};
        text = put(text, name.c_str(), object.dump().c_str());
        wanted["routes"][name] = object;
      }
      CHECK(read(text) == wanted);
      CHECK(text.find("# Routes of the laboratory.\n") == 0);
      CHECK(text.find("[limits.per_ip]  # not a route\nkey = \"ip\"\n") != text.npos);
    }
  }
}

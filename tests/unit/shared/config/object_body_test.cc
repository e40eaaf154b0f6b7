#include "shared/config/object_body.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "shared/config/json_tree.h"

using namespace gateway;
using namespace gateway::config;

namespace {

const Environment kEnvironment = {[](std::string_view name) -> std::optional<std::string> {
  if (name == "SHORT") return "5s";
  return std::nullopt;
}};

Result<ObjectBody, std::vector<BodyFault>> parsed(std::string_view body) {
  return read_object_body(body, "routes", kEnvironment);
}

std::vector<std::string> pointers(std::string_view body) {
  const auto object = parsed(body);
  std::vector<std::string> found;
  if (object.ok()) return found;
  for (const BodyFault& fault : object.error()) {
    CHECK_FALSE(fault.message.empty());
    found.push_back(fault.pointer);
  }
  return found;
}

using Pointers = std::vector<std::string>;

}  // namespace

TEST_CASE("a body is the keys of the config and a name") {
  const auto object = parsed(
      R"({"name":"a","path":"/a","service":"s","timeout":"${SHORT}","retry":{"attempts":2},
          "file":"x.toml","line":3,"format":1,"revision":7})");
  REQUIRE(object.ok());
  CHECK(object->name == "a");
  CHECK(to_json(object->table, Secrets::shown) ==
        nlohmann::json::parse(
            R"({"path":"/a","service":"s","timeout":"${SHORT}","retry":{"attempts":2}})"));
  CHECK(parsed(R"({"path":"/a"})")->name.empty());
}

TEST_CASE("what is wrong is pointed at, all of it at once") {
  CHECK(pointers(R"({"path":7})") == Pointers{"/path"});
  CHECK(pointers(R"({"path":"/a","hosts":["a",1]})") == Pointers{"/hosts/1"});
  CHECK(pointers(R"({"path":"/a","retry":{"attempts":0,"x":1}})") ==
        Pointers{"/retry/attempts", "/retry/x"});
  CHECK(pointers(R"({"path":"/a","timeout":null})") == Pointers{"/timeout"});
  CHECK(pointers(R"({"path":"/a","priority":1e3})") == Pointers{"/priority"});
  CHECK(pointers(R"({"path":"/a","priority":99999999999999999999})") == Pointers{"/priority"});
  CHECK(pointers(R"({"path":"/a","priority":18446744073709551615})") == Pointers{"/priority"});
  CHECK(pointers(R"({"path":"/a","timeout":"${NOWHERE}"})") == Pointers{"/timeout"});
  CHECK(pointers(R"({"path":"/a","query":{"set":{"a/b~":1}}})") == Pointers{"/query/set/a~1b~0"});
  CHECK(pointers(R"({"name":"a b","path":"/a"})") == Pointers{"/name"});
  CHECK(pointers(R"({"service":"s"})") == Pointers{""});
}

TEST_CASE("what is no JSON object, or is one twice, is refused") {
  for (const std::string_view body : {"", "{", "[]", "7", "null", "{}x", R"({"path":"/a",})",
                                      R"({"path":"/a","path":"/b"})", "\xff", "{\"a\":\"\xff\"}"}) {
    CAPTURE(body);
    CHECK(pointers(body) == Pointers{""});
  }
  CHECK(pointers(std::string(100'000, '[')) == Pointers{""});
  std::string deep = R"({"path":"/a","x":)";
  for (int i = 0; i < 40; ++i) deep += "[";
  CHECK_FALSE(pointers(deep).empty());
}

TEST_CASE("a list of objects is read with pointers into it") {
  const auto good = read_object_list(
      R"({"cors":[{"name":"a","origins":["*"]},{"name":"b","origins":["*"]}],"format":1})", "cors",
      "cors", kEnvironment);
  REQUIRE(good.ok());
  CHECK(good->size() == 2);
  const auto faults = [](std::string_view body) {
    const auto read = read_object_list(body, "cors", "cors", kEnvironment);
    REQUIRE_FALSE(read.ok());
    Pointers found;
    for (const BodyFault& fault : read.error()) found.push_back(fault.pointer);
    return found;
  };
  CHECK(faults("{}") == Pointers{""});
  CHECK(faults(R"({"cors":{}})") == Pointers{"/cors"});
  CHECK(faults(R"({"cors":[],"more":1})") == Pointers{"/more"});
  CHECK(faults(R"({"cors":[7]})")[0] == "/cors/0");
  CHECK(faults(R"({"cors":[{"origins":["*"]}]})") == Pointers{"/cors/0/name"});
  CHECK(faults(R"({"cors":[{"name":"a","origins":["*"]},{"name":"a","origins":7}]})") ==
        Pointers{"/cors/1/origins", "/cors/1/name"});
}

TEST_CASE("hidden texts are those of before") {
  auto object =
      parsed(R"x({"path":"/a","request":{"set":{"Authorization":"(hidden)","X-A":"b"}}})x");
  REQUIRE(object.ok());
  const auto before =
      parsed(R"x({"path":"/b","request":{"set":{"Authorization":"Basic x","X-A":"c"}}})x");
  TomlNode table = object->table;
  CHECK(restore_hidden(table, &before->table).empty());
  CHECK(to_json(table, Secrets::shown)["request"]["set"]["Authorization"] == "Basic x");
  CHECK(to_json(table, Secrets::hidden)["request"]["set"]["Authorization"] == kHidden);
  CHECK(to_json(table, Secrets::hidden)["request"]["set"]["X-A"] == "b");
  const auto faults = restore_hidden(object->table, nullptr);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].pointer == "/request/set/Authorization");
}

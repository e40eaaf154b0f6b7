#include "shared/config/source_files.h"

#include <doctest/doctest.h>

using namespace gateway::config;

namespace {

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("files that differ, by their names on the new side") {
  const std::vector<SourceFile> from = {
      {"gatewayd.toml", "a"}, {"conf.d/1.toml", "b"}, {"conf.d/2.toml", "c"}};
  CHECK(differing_files(from, from).empty());
  CHECK(differing_files(from, {{"candidate.toml", "a"}, from[1], from[2]}).empty());
  CHECK(differing_files(from, {{"candidate.toml", "x"}, from[1], from[2]}) ==
        Names{"candidate.toml"});
  CHECK(differing_files(from, {from[0], {"conf.d/1.toml", "x"}, {"conf.d/3.toml", "n"}}) ==
        Names{"conf.d/1.toml", "conf.d/3.toml", "conf.d/2.toml"});
  CHECK(differing_files({}, from) == Names{"gatewayd.toml", "conf.d/1.toml", "conf.d/2.toml"});
}

TEST_CASE("a file that is read along and none of the candidate's is foreign") {
  const Candidate candidate{
      "revision 4", "a", "/etc/g/gatewayd.toml", {{"/etc/g/1.toml", "b"}}, false};
  CHECK(foreign_file(candidate, files_of(candidate)).empty());
  CHECK(foreign_file(candidate,
                     {{"revision 4", "a"}, {"/etc/g/1.toml", "b"}, {"/etc/g/2.toml", ""}}) ==
        "/etc/g/2.toml");
  CHECK(files_of(candidate).front().path == "/etc/g/gatewayd.toml");
}

TEST_CASE("the folder of a path, to put a name behind") {
  CHECK(folder_prefix("/etc/gatewayd/gatewayd.toml") == "/etc/gatewayd/");
  CHECK(folder_prefix("/gatewayd.toml") == "/");
  CHECK(folder_prefix("gatewayd.toml").empty());
}

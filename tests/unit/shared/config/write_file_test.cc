#include "shared/config/write_file.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

using namespace gateway::config;
namespace fs = std::filesystem;

namespace {

// A folder of its own, removed with all it holds.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "write_test_XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = fs::canonical(name);
  }
  ~Folder() {
    fs::permissions(path_, fs::perms::owner_all);
    fs::remove_all(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string at(const std::string& name) const { return (path_ / name).string(); }
  std::string put(const std::string& name, const std::string& text, mode_t mode = 0644) const {
    std::ofstream(at(name), std::ios::binary) << text;
    REQUIRE(::chmod(at(name).c_str(), mode) == 0);
    return at(name);
  }
  std::ptrdiff_t files() const {
    return std::distance(fs::directory_iterator(path_), fs::directory_iterator());
  }

 private:
  fs::path path_;
};

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

struct stat status_of(const std::string& path) {
  struct stat found {};
  REQUIRE(::lstat(path.c_str(), &found) == 0);
  return found;
}

}  // namespace

TEST_CASE("a file is replaced, its mode kept, and nothing is left beside it") {
  const Folder folder;
  for (const mode_t mode : {0600, 0640, 0644, 0400}) {
    const std::string path = folder.put("a.toml", "old", mode);
    const ino_t before = status_of(path).st_ino;
    const auto written = write_file(path, "new\n");
    REQUIRE(written.ok());
    CHECK(written->path == path);
    CHECK(text_of(path) == "new\n");
    CHECK((status_of(path).st_mode & 07777) == mode);
    CHECK(status_of(path).st_ino != before);  // an open reader keeps the old text
    CHECK(folder.files() == 1);
    fs::remove(path);
  }
}

TEST_CASE("a file keeps its owner and group") {
  if (::geteuid() != 0) return;  // only root may give files away
  const Folder folder;
  const std::string path = folder.put("a.toml", "old", 0640);
  REQUIRE(::chown(path.c_str(), 12345, 23456) == 0);
  REQUIRE(write_file(path, "new").ok());
  CHECK(status_of(path).st_uid == 12345);
  CHECK(status_of(path).st_gid == 23456);
  CHECK((status_of(path).st_mode & 07777) == 0640);
}

TEST_CASE("a text of any length and any bytes is written as it is") {
  const Folder folder;
  const std::string path = folder.put("a.toml", "old");
  std::string text(3 << 20, 'x');
  text[5] = '\0';
  text.back() = '\xff';
  REQUIRE(write_file(path, text).ok());
  CHECK(text_of(path) == text);
  REQUIRE(write_file(path, "").ok());
  CHECK(text_of(path).empty());
}

TEST_CASE("a file that is not there is made, readable by owner and group") {
  const Folder folder;
  REQUIRE(write_file(folder.at("new.toml"), "text").ok());
  CHECK(text_of(folder.at("new.toml")) == "text");
  CHECK((status_of(folder.at("new.toml")).st_mode & 07777) == 0640);
  CHECK(folder.files() == 1);
}

TEST_CASE("a symbolic link stays, and its target is replaced") {
  const Folder folder;
  fs::create_directory(folder.at("real"));
  const std::string target = folder.put("real/a.toml", "old", 0600);
  fs::create_symlink("real/a.toml", folder.at("one.toml"));
  fs::create_symlink("one.toml", folder.at("two.toml"));
  const auto written = write_file(folder.at("two.toml"), "new");
  REQUIRE(written.ok());
  CHECK(written->path == target);
  CHECK(text_of(target) == "new");
  CHECK(S_ISLNK(status_of(folder.at("two.toml")).st_mode));
  CHECK(S_ISLNK(status_of(folder.at("one.toml")).st_mode));
  CHECK((status_of(target).st_mode & 07777) == 0600);
}

TEST_CASE("what is no file to replace is refused, and stays") {
  const Folder folder;
  fs::create_symlink("nowhere", folder.at("dangling"));
  fs::create_symlink("loop", folder.at("loop"));
  fs::create_directory(folder.at("folder"));
  REQUIRE(::mkfifo(folder.at("fifo").c_str(), 0600) == 0);
  const auto refused = [&](const std::string& name, std::string_view why) {
    const auto written = write_file(folder.at(name), "new");
    REQUIRE(!written.ok());
    CHECK_MESSAGE(written.error().reason.find(why) != std::string::npos, written.error().reason);
    CHECK(!written.error().replaced);
  };
  refused("dangling", "leads to no file");
  refused("loop", "cannot be found");
  refused("folder", "no regular file");
  refused("fifo", "no regular file");
  refused("not/there.toml", "its folder cannot be found");
  refused("folder/.", "no regular file");
  CHECK(folder.files() == 4);
}

TEST_CASE("a folder that may not be written leaves the old file") {
  if (::geteuid() == 0) return;  // whom permissions do not stop
  const Folder folder;
  const std::string path = folder.put("a.toml", "old");
  fs::permissions(folder.at(""), fs::perms::owner_read | fs::perms::owner_exec);
  const auto written = write_file(path, "new");
  REQUIRE(!written.ok());
  CHECK(written.error().reason.find("no file can be written beside it") != std::string::npos);
  CHECK(text_of(path) == "old");
}

TEST_CASE("what a killed writer left is removed, what a living one writes is not") {
  const Folder folder;
  const std::string path = folder.put("a.toml", "old");
  folder.put(".a.toml.AAAAAA.gatewayd", "half", 0600);
  const std::string live = folder.put(".a.toml.BBBBBB.gatewayd", "half", 0600);
  folder.put(".b.toml.AAAAAA.gatewayd", "of another file", 0600);
  folder.put(".a.toml.backup", "of a person", 0600);
  const int fd = ::open(live.c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(fd >= 0);
  REQUIRE(::flock(fd, LOCK_EX) == 0);
  REQUIRE(write_file(path, "new").ok());
  ::close(fd);
  CHECK(!fs::exists(folder.at(".a.toml.AAAAAA.gatewayd")));
  CHECK(fs::exists(live));
  CHECK(fs::exists(folder.at(".b.toml.AAAAAA.gatewayd")));
  CHECK(fs::exists(folder.at(".a.toml.backup")));
  CHECK(text_of(path) == "new");
}

#include "shared/base/descriptor.h"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <cerrno>

using gateway::Descriptor;

namespace {

int opened() {
  return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

bool is_open(int fd) {
  return ::fcntl(fd, F_GETFD) >= 0;
}

}  // namespace

TEST_CASE("a descriptor is closed once, by whoever owns it last") {
  const int first = opened();
  const int second = opened();
  {
    Descriptor one(first);
    Descriptor other(std::move(one));
    CHECK(one.get() == -1);
    CHECK(other.get() == first);
    CHECK(is_open(first));
    other = Descriptor(second);
    CHECK_FALSE(is_open(first));
    other = std::move(*&other);
    CHECK(is_open(second));
  }
  CHECK_FALSE(is_open(second));
}

TEST_CASE("what is released stays open") {
  const int fd = opened();
  {
    Descriptor owner(fd);
    CHECK(owner.release() == fd);
  }
  CHECK(is_open(fd));
  ::close(fd);
}

TEST_CASE("closing keeps errno, as none does nothing") {
  errno = EACCES;
  { const Descriptor none; }
  { const Descriptor bad(1 << 20); }
  CHECK(errno == EACCES);
}

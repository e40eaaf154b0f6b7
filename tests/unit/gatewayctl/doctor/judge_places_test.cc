#include <doctest/doctest.h>

#include "gatewayctl/doctor/judge.h"

using namespace gateway::ctl::doctor;
using Role = Place::Role;

namespace {

const Runner kGatewayd{"gatewayd", 900, {900, 901}};
const Runner kRoot{"root", 0, {0}};

Place place(Role role, uid_t uid, gid_t gid, mode_t mode) {
  const bool folder = role != Role::config_file && role != Role::database;
  return {role, "/x/y", true, folder, uid, gid, mode, "someone", "some", false};
}

State state_of(Role role, uid_t uid, gid_t gid, mode_t mode) {
  return judge(place(role, uid, gid, mode), kGatewayd).state;
}

bool says(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the first class that fits decides, as in the kernel") {
  CHECK(allows(place(Role::state, 900, 1, 0700), kGatewayd, 7));
  CHECK_FALSE(allows(place(Role::state, 900, 1, 0077), kGatewayd, 4));
  CHECK(allows(place(Role::state, 1, 901, 0070), kGatewayd, 7));
  CHECK_FALSE(allows(place(Role::state, 1, 901, 0707), kGatewayd, 4));
  CHECK(allows(place(Role::state, 1, 1, 0005), kGatewayd, 5));
  CHECK_FALSE(allows(place(Role::state, 1, 1, 0005), kGatewayd, 2));
  CHECK(allows(place(Role::state, 1, 1, 0), kRoot, 7));
}

TEST_CASE("what gatewayd must read and write") {
  CHECK(state_of(Role::config_file, 0, 900, 0640) == State::ok);
  CHECK(state_of(Role::config_file, 0, 0, 0640) == State::fail);
  CHECK(state_of(Role::config_folder, 900, 900, 0750) == State::ok);
  CHECK(state_of(Role::config_folder, 0, 0, 0755) == State::warn);  // apply cannot replace it
  CHECK(state_of(Role::config_folder, 0, 0, 0700) == State::fail);
  for (const Role role : {Role::state, Role::run, Role::log}) {
    CHECK(state_of(role, 900, 900, 0750) == State::ok);
    CHECK(state_of(role, 0, 0, 0755) == State::fail);
  }
  CHECK(state_of(Role::database, 900, 900, 0640) == State::ok);
  CHECK(state_of(Role::database, 0, 0, 0640) == State::fail);  // root's: once started by hand
}

TEST_CASE("what others must not do") {
  CHECK(state_of(Role::config_file, 900, 900, 0646) == State::fail);
  CHECK(state_of(Role::run, 900, 900, 0777) == State::fail);
  CHECK(state_of(Role::run, 900, 900, 01777) == State::ok);  // sticky, as /tmp
  CHECK(state_of(Role::database, 900, 900, 0644) == State::warn);
  CHECK(state_of(Role::config_file, 900, 900, 0644) == State::ok);
  Place secret = place(Role::config_file, 900, 900, 0644);
  secret.holds_secret = true;
  CHECK(judge(secret, kGatewayd).state == State::warn);
  secret.mode = 0640;
  CHECK(judge(secret, kGatewayd).state == State::ok);
}

TEST_CASE("what is not there, or a file in a folder's place") {
  Place missing = place(Role::state, 0, 0, 0);
  missing.exists = false;
  CHECK(judge(missing, kGatewayd).state == State::fail);
  CHECK(says(judge(missing, kGatewayd).next, "install -d -o gatewayd -m 0750 /x/y"));
  CHECK(says(judge(missing, kGatewayd).next, "store.path"));
  missing.role = Role::run;
  missing.path = "/run/gatewayd";
  CHECK(judge(missing, kGatewayd).state == State::warn);  // the unit makes it
  Place file = place(Role::state, 900, 900, 0600);
  file.is_folder = false;
  CHECK(judge(file, kGatewayd).state == State::fail);
  CHECK(says(judge(file, kGatewayd).message, "is a file"));
}

TEST_CASE("whatever is not well says what to do") {
  for (const Role role : {Role::config_file, Role::config_folder, Role::state, Role::database,
                          Role::run, Role::log}) {
    for (mode_t mode = 0; mode <= 0777; ++mode) {
      const Finding finding = judge(place(role, 0, 0, mode), kGatewayd);
      CHECK(finding.next.empty() == (finding.state == State::ok));
      CHECK_FALSE(finding.message.empty());
    }
  }
}

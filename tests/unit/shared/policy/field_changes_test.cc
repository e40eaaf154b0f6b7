#include "shared/policy/field_changes.h"

#include <doctest/doctest.h>

#include <string>

namespace gateway::policy {
namespace {

using Scope = Template::Scope;
using Pairs = std::vector<config::NamedText>;

config::FieldChanges changes(const std::vector<std::string>& remove, Pairs rename, Pairs set,
                             Pairs add) {
  config::FieldChanges made;
  for (const std::string& name : remove) made.remove.push_back({name, {}});
  made.rename = std::move(rename);
  made.set = std::move(set);
  made.add = std::move(add);
  return made;
}

IdentityFields identity_fields() {
  config::Auth auth;
  auth.jwt.emplace().forward = {{"X-User-Id", "sub", {}}};
  return IdentityFields(auth);
}

std::vector<Fault> faults(const config::FieldChanges& how) {
  return FieldChanges::faults(how, Scope::with_identity, identity_fields());
}

// The fields as they go out, as a caller has it done.
std::string changed(const config::FieldChanges& how, const Pairs& message,
                    const TemplateValues& values = {}) {
  for (const Fault& fault : faults(how)) FAIL_CHECK(fault.message);
  const FieldChanges compiled(how);
  std::string out;
  for (const auto& [name, value, place] : message) {
    const Field field{name, value, {}, identify_field(name)};
    if (compiled.drops(field)) continue;
    const std::string_view renamed = compiled.rename_of(field);
    out.append(renamed.empty() ? name : renamed).append(": ").append(value).append("\r\n");
  }
  compiled.append_lines(values, out);
  return out;
}

const Pairs kMessage = {{"A", "1", {}}, {"b", "2", {}}, {"a", "3", {}}, {"C", "4", {}}};

TEST_CASE("remove, rename, set and add, each alone") {
  CHECK(changed({}, kMessage) == "A: 1\r\nb: 2\r\na: 3\r\nC: 4\r\n");
  CHECK(changed(changes({"a"}, {}, {}, {}), kMessage) == "b: 2\r\nC: 4\r\n");
  CHECK(changed(changes({}, {{"A", "New", {}}}, {}, {}), kMessage) ==
        "New: 1\r\nb: 2\r\nNew: 3\r\nC: 4\r\n");
  CHECK(changed(changes({}, {}, {{"A", "9", {}}}, {}), kMessage) == "b: 2\r\nC: 4\r\nA: 9\r\n");
  CHECK(changed(changes({}, {}, {}, {{"A", "9", {}}}), kMessage) ==
        "A: 1\r\nb: 2\r\na: 3\r\nC: 4\r\nA: 9\r\n");
}

TEST_CASE("the order is remove, rename, set, add") {
  // The target of a rename is kept beside it, unless it is removed as well.
  CHECK(changed(changes({}, {{"a", "C", {}}}, {}, {}), kMessage) ==
        "C: 1\r\nb: 2\r\nC: 3\r\nC: 4\r\n");
  CHECK(changed(changes({"c"}, {{"a", "C", {}}}, {}, {}), kMessage) == "C: 1\r\nb: 2\r\nC: 3\r\n");
  // What was renamed is not replaced by what is set under its old name.
  CHECK(changed(changes({}, {{"a", "Old-A", {}}}, {{"A", "9", {}}}, {}), kMessage) ==
        "Old-A: 1\r\nb: 2\r\nOld-A: 3\r\nC: 4\r\nA: 9\r\n");
  CHECK(changed(changes({"a"}, {}, {}, {{"A", "9", {}}}), kMessage) == "b: 2\r\nC: 4\r\nA: 9\r\n");
  CHECK(changed(changes({}, {}, {{"A", "8", {}}}, {{"A", "9", {}}}), kMessage) ==
        "b: 2\r\nC: 4\r\nA: 8\r\nA: 9\r\n");
  CHECK(changed(changes({}, {{"a", "A", {}}}, {}, {}), kMessage) ==
        "A: 1\r\nb: 2\r\nA: 3\r\nC: 4\r\n");
}

TEST_CASE("values are of the request, in the order of the config") {
  Identity identity;
  identity.user = "ann";
  TemplateValues values;
  values.identity = &identity;
  values.request_id = "7";
  const auto how = changes({}, {}, {{"S", "s", {}}, {"U", "${user.sub}", {}}, {"T", "t", {}}},
                           {{"U", "<${request.id}>", {}}, {"L", "$${x}", {}}});
  CHECK(changed(how, {{"u", "evil", {}}}, values) ==
        "S: s\r\nU: ann\r\nT: t\r\nU: <7>\r\nL: ${x}\r\n");
  for (const std::string& hostile :
       {std::string("a\r\nAdmin: 1"), std::string("a\0", 2), std::string(), std::string(" ann"),
        std::string(kMaxTemplateOutput + 1, 'x')}) {
    identity.user = hostile;
    CHECK(changed(how, {{"u", "evil", {}}}, values) == "S: s\r\nT: t\r\nU: <7>\r\nL: ${x}\r\n");
  }
}

TEST_CASE("an empty value leaves no field") {
  CHECK(changed(changes({}, {}, {{"A", "", {}}}, {{"B", "", {}}}), kMessage) == "b: 2\r\nC: 4\r\n");
}

TEST_CASE("the gateway's own lines give way to what is set or removed") {
  const FieldChanges how(changes({"Via"}, {}, {{"X-Request-ID", "${request.id}", {}}},
                                 {{"X-Forwarded-For", "x", {}}}));
  CHECK(how.replaces(FieldId::via));
  CHECK(how.replaces(FieldId::x_request_id));
  CHECK_FALSE(how.replaces(FieldId::x_forwarded_for));
  CHECK_FALSE(how.replaces(FieldId::other));
  CHECK(how.changes_fields());
  CHECK_FALSE(FieldChanges(changes({}, {}, {}, {{"A", "1", {}}})).changes_fields());
  CHECK_FALSE(FieldChanges(changes({"X-Other"}, {}, {}, {})).replaces(FieldId::other));
}

TEST_CASE("framing and connection fields, and what is no name, cannot be changed") {
  for (const char* name :
       {"", "A B", "A:", "A\r\nB", "\xc3\xbc", "Host", "connection", "Transfer-Encoding",
        "Content-Length", "Upgrade", "TE", "Trailer", "Keep-Alive", "Proxy-Authorization",
        "Proxy-Connection", "proxy-anything", "Expect", "HTTP2-Settings"}) {
    CAPTURE(name);
    CHECK(faults(changes({name}, {}, {}, {})).size() == 1);
    CHECK(faults(changes({}, {{name, "X", {}}}, {}, {})).size() == 1);
    CHECK(faults(changes({}, {{"X", name, {}}}, {}, {})).size() == 1);
    CHECK(faults(changes({}, {}, {{name, "1", {}}}, {})).size() == 1);
    CHECK(faults(changes({}, {}, {}, {{name, "1", {}}})).size() == 1);
    const FieldChanges anyhow(
        changes({name}, {{name, "X", {}}, {"X", name, {}}}, {{name, "1", {}}}, {{name, "1", {}}}));
    CHECK_FALSE(anyhow.changes_fields());
    std::string out;
    anyhow.append_lines({}, out);
    CHECK(out.empty());
  }
}

TEST_CASE("the user's fields are written by their own rules alone") {
  for (const char* name : {"X-User-Id", "x_user_id"}) {
    CHECK(faults(changes({}, {{"X", name, {}}}, {}, {})).size() == 1);
    CHECK(faults(changes({}, {}, {{name, "1", {}}}, {})).size() == 1);
    CHECK(faults(changes({}, {}, {}, {{name, "1", {}}})).size() == 1);
    CHECK(faults(changes({name}, {}, {}, {})).empty());
  }
}

TEST_CASE("values that cannot be sent are refused where the fault is") {
  CHECK(faults(changes({}, {}, {{"A", "1\r\nB: 2", {}}}, {})).size() == 1);
  CHECK(faults(changes({}, {}, {{"A", "\t1", {}}}, {{"B", std::string("\0", 1), {}}})).size() == 2);
  const auto unknown = faults(changes({}, {}, {{"A", "ab${user.sbu}", {{}, 3, 7, 9}}}, {}));
  REQUIRE(unknown.size() == 1);
  CHECK(unknown[0].offset == 2);
  CHECK(unknown[0].place.line == 3);
  CHECK(unknown[0].hint.find("did you mean ${user.sub}?") != std::string::npos);
  CHECK(FieldChanges::faults(changes({}, {}, {{"A", "${user.sub}", {}}}, {}),
                             Scope::without_identity, {})
            .size() == 1);
}

TEST_CASE("changes that undo each other are refused") {
  const Pairs a = {{"A", "1", {}}};
  const Pairs twice = {{"A", "1", {}}, {"a", "2", {}}};
  CHECK(faults(changes({"x", "X"}, {}, {}, {})).size() == 1);
  CHECK(faults(changes({}, {{"A", "X", {}}, {"a", "Y", {}}}, {}, {})).size() == 1);
  CHECK(faults(changes({}, {}, twice, {})).size() == 1);
  CHECK(faults(changes({}, {}, {}, twice)).size() == 1);
  CHECK(faults(changes({"a"}, {}, a, {})).size() == 1);
  CHECK(faults(changes({"a"}, {{"A", "B", {}}}, {}, {})).size() == 1);
  CHECK(faults(changes({}, {{"B", "a", {}}}, a, {})).size() == 1);
  CHECK(faults(changes({}, {{"A", "B", {}}, {"B", "C", {}}}, {}, {})).size() == 1);
}

TEST_CASE("the most changes of each kind, and one more; the longest name, and one byte more") {
  config::FieldChanges most;
  const auto name = [](char kind, std::size_t i) { return kind + std::to_string(i); };
  for (std::size_t i = 0; i < kMaxFieldChanges; ++i) {
    most.remove.push_back({name('r', i), {}});
    most.rename.push_back({name('o', i), name('n', i), {}});
    most.set.push_back({name('s', i), "v", {}});
    most.add.push_back({name('a', i), "v", {}});
  }
  CHECK(faults(most).empty());
  auto more = most;
  more.remove.push_back({"x", {}});
  CHECK(faults(more).size() == 1);
  more.rename.push_back({"x", "y", {}});
  CHECK(faults(more).size() == 2);
  more.set.push_back({"x", "y", {}});
  CHECK(faults(more).size() == 3);
  more.add.push_back({"x", "y", {}});
  CHECK(faults(more).size() == 4);
  CHECK(faults(changes({std::string(256, 'n')}, {}, {}, {})).empty());
  CHECK(faults(changes({std::string(257, 'n')}, {}, {}, {})).size() == 1);
}

}  // namespace
}  // namespace gateway::policy

#include "shared/policy/query_changes.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace gateway::policy {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

config::QueryChanges changes(const std::vector<std::string>& remove, const Pairs& set) {
  config::QueryChanges made;
  for (const std::string& name : remove) made.remove.push_back({name, {}});
  for (const auto& [name, value] : set) made.set.push_back({name, value, {}});
  return made;
}

std::string changed(const config::QueryChanges& how, std::string_view query,
                    const TemplateValues& values = {}) {
  CAPTURE(query);
  CHECK(QueryChanges::faults(how, Template::Scope::with_identity).empty());
  std::string scratch = "left over";
  return std::string(QueryChanges(how).apply(query, values, scratch));
}

TEST_CASE("a parameter is removed wherever it stands, the others stay as they are") {
  const auto how = changes({"debug"}, {});
  CHECK(changed(how, "debug=1").empty());
  CHECK(changed(how, "debug").empty());
  CHECK(changed(how, "debug=1&debug=2&debug").empty());
  CHECK(changed(how, "debug=1&a=1") == "a=1");
  CHECK(changed(how, "a=1&debug=1") == "a=1");
  CHECK(changed(how, "a=%7e%zz+1&debug=1&b=%C3%BC=&&c") == "a=%7e%zz+1&b=%C3%BC=&&c");
  CHECK(changed(how, "&debug=1&") == "&");
  CHECK(changed(how, "a=debug&debugx=1&xdebug=1&Debug=1") == "a=debug&debugx=1&xdebug=1&Debug=1");
}

TEST_CASE("no spelling of a name gets past a rule") {
  const auto how = changes({"debug", "a b"}, {});
  for (const char* query :
       {"%64ebug=1", "d%65bug", "%64%65%62%75%67=%31", "de%62ug=", "a+b=1", "a%20b=1", "%61%20b"}) {
    CHECK(changed(how, query).empty());
  }
  for (const char* query : {"debug%00=1", "%2564ebug=1", "debug%=1", "debug%3D1", "debu%6=1",
                            "a%2Bb=1", "=debug", "debug%26=1"}) {
    CHECK(changed(how, query) == query);
  }
}

TEST_CASE("a parameter is set in the place of the first of its name, or at the end") {
  const auto how = changes({"debug"}, {{"tenant", "acme"}, {"a b&", "1=2 ü"}});
  CHECK(changed(how, "") == "tenant=acme&a%20b%26=1%3D2%20%C3%BC");
  CHECK(changed(how, "x=1") == "x=1&tenant=acme&a%20b%26=1%3D2%20%C3%BC");
  CHECK(changed(how, "tenant=evil&x=1&ten%61nt=2&debug&tenant") ==
        "tenant=acme&x=1&a%20b%26=1%3D2%20%C3%BC");
  CHECK(changed(how, "x&a+b%26=&tenant=9&y") == "x&a%20b%26=1%3D2%20%C3%BC&tenant=acme&y");
}

TEST_CASE("values are of the request and cannot add a parameter") {
  Identity identity;
  identity.user = "ann&admin=1#%00";
  identity.claims = {{"bad", "x\r\ny"}};
  TemplateValues values;
  values.identity = &identity;
  const auto how = changes({}, {{"u", "<${user.sub}>"}, {"bad", "${claim.bad}"}});
  CHECK(changed(how, "u=1", values) == "u=%3Cann%26admin%3D1%23%2500%3E&bad=");
  identity.user.assign(kMaxTemplateOutput, 'x');
  CHECK(changed(how, "u=1&v", values) == "u=&v&bad=");
}

TEST_CASE("nothing is copied when nothing changes") {
  const QueryChanges how(changes({"debug"}, {}));
  const std::string query = "a=1&b=2&de%20bug";
  std::string scratch;
  CHECK(how.apply(query, {}, scratch).data() == query.data());
  CHECK(scratch.empty());
  CHECK(QueryChanges().empty());
}

TEST_CASE("what cannot be done is refused") {
  const auto faults = [](const config::QueryChanges& how) {
    return QueryChanges::faults(how, Template::Scope::without_identity);
  };
  CHECK(faults(changes({""}, {})).size() == 1);
  CHECK(faults(changes({"a", "a"}, {})).size() == 1);
  CHECK(faults(changes({"a"}, {{"a", "1"}})).size() == 1);
  CHECK(faults(changes({"a\n"}, {{"b", "1\r"}})).size() == 2);
  CHECK(faults(changes({std::string(kMaxParameterNameBytes, 'n')}, {})).empty());
  CHECK(faults(changes({std::string(kMaxParameterNameBytes + 1, 'n')}, {})).size() == 1);
  const auto unknown = faults(changes({}, {{"a", "x${nope}"}, {"b", "${user.sub}"}}));
  REQUIRE(unknown.size() == 2);
  CHECK(unknown[0].offset == 1);
  CHECK(unknown[1].hint.find("without auth") != std::string::npos);

  config::QueryChanges many;
  for (std::size_t i = 0; i < kMaxQueryChanges; ++i) {
    many.remove.push_back({"r" + std::to_string(i), {}});
    many.set.push_back({"s" + std::to_string(i), "v", {}});
  }
  CHECK(faults(many).empty());
  CHECK(changed(many, "r63=1&x&s63&s63&r0").rfind("x&s63=v&s0=v&", 0) == 0);
  many.remove.push_back({"one-more", {}});
  CHECK(faults(many).size() == 1);
  many.remove.pop_back();
  many.set.push_back({"one-more", "", {}});
  CHECK(faults(many).size() == 1);
  CHECK_FALSE(QueryChanges(many).empty());
}

TEST_CASE("the longest name is found in its longest spelling, one that is longer never") {
  const std::string name(kMaxParameterNameBytes, 'n');
  std::string spelled;
  for (std::size_t i = 0; i < kMaxParameterNameBytes; ++i) spelled += "%6E";
  CHECK(changed(changes({name}, {}), spelled + "=1").empty());
  CHECK(changed(changes({name}, {}), spelled + "n=1") == spelled + "n=1");
}

// The same by way of lists, with no thought of speed.
namespace naive {

std::string decoded(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const bool escape = text.size() > 2 && text[0] == '%' && std::isxdigit(text[1]) != 0 &&
                        std::isxdigit(text[2]) != 0;
    out += escape ? static_cast<char>(std::stoi(std::string(text.substr(1, 2)), nullptr, 16))
                  : (text[0] == '+' ? ' ' : text[0]);
    text.remove_prefix(escape ? 3 : 1);
  }
  return out;
}

std::string changed(const std::vector<std::string>& remove, const Pairs& set,
                    const std::string& query) {
  std::vector<std::string> parts;
  std::string part;
  for (const char c : query) {
    if (c == '&') {
      parts.push_back(part);
      part.clear();
    } else {
      part += c;
    }
  }
  if (!query.empty()) parts.push_back(part);
  const auto is = [](const std::string& given, const std::string& name) {
    return decoded(given.substr(0, given.find('='))) == name;
  };
  for (const std::string& name : remove) {
    parts.erase(std::remove_if(parts.begin(), parts.end(),
                               [&](const std::string& p) { return is(p, name); }),
                parts.end());
  }
  for (const auto& [name, value] : set) {
    const auto same = [&](const std::string& p) { return is(p, name); };
    auto first = std::find_if(parts.begin(), parts.end(), same);
    if (first == parts.end()) {
      parts.push_back(name + "=" + value);
      continue;
    }
    *first = name + "=" + value;
    parts.erase(std::remove_if(first + 1, parts.end(), same), parts.end());
  }
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) out += (i == 0 ? "" : "&") + parts[i];
  return out;
}

}  // namespace naive

TEST_CASE("random queries come out as the naive way has them") {
  std::mt19937 draw(7);
  const auto pick = [&](unsigned below) {
    return std::uniform_int_distribution(0u, below - 1)(draw);
  };
  const std::vector<std::string> pieces = {"a", "b", "ab", "%61", "%62", "&", "&",   "=", "%",
                                           "+", "c", "%2", "%26", "%3D", "",  "%41", "A", "1"};
  const std::vector<std::string> names = {"a", "b", "ab", "aa", "c", "A"};
  std::size_t altered = 0;
  for (int round = 0; round < 50'000; ++round) {
    std::string query;
    for (unsigned length = pick(14); length > 0; --length) {
      query += pieces[pick(static_cast<unsigned>(pieces.size()))];
    }
    std::vector<std::string> remove;
    Pairs set;
    for (const std::string& name : names) {
      const unsigned which = pick(6);
      if (which == 0) remove.push_back(name);
      if (which == 1) set.emplace_back(name, "v" + name);
    }
    const std::string expected = naive::changed(remove, set, query);
    std::string scratch;
    const std::string actual(QueryChanges(changes(remove, set)).apply(query, {}, scratch));
    CAPTURE(query);
    REQUIRE(actual == expected);
    altered += actual != query;
  }
  CHECK(altered > 10'000);
}

TEST_CASE("a query of very many parameters is done with in one pass") {
  config::QueryChanges how;
  for (std::size_t i = 0; i < kMaxQueryChanges; ++i)
    how.remove.push_back({"r" + std::to_string(i), {}});
  std::string query;
  for (int i = 0; i < 100'000; ++i) query += "r5&x&";
  std::string scratch;
  CHECK(QueryChanges(how).apply(query, {}, scratch).size() == 2 * 100'000);
}

}  // namespace
}  // namespace gateway::policy

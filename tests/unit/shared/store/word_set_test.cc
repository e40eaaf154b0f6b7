#include "shared/store/word_set.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

#include "shared/store/histogram.h"
#include "shared/store/row_groups.h"

using namespace gateway::store;

namespace {

bool holds_part(const WordSet& set, std::string_view text) {
  WordProbe probe;
  probe.part(text);
  return probe.may_hold(set.fold());
}

bool holds(const WordSet& set, TextField field, std::string_view text) {
  WordProbe probe;
  probe.whole(field, text);
  return probe.may_hold(set.fold());
}

}  // namespace

TEST_CASE("what was put in is found: names whole, texts by any part, in any case") {
  WordSet set;
  const std::string path = "/Samples/2026/000417/files/report-of-the-laboratory-at-the-lake.pdf";
  set.add_text(1, path);
  set.add_name(TextField::client, "203.0.113.9");
  set.add_name(TextField::user, "u-17");
  for (std::size_t size = 0; size <= path.size(); ++size) {
    CHECK(holds_part(set, path.substr(0, size)));
    CHECK(holds_part(set, path.substr(size)));
  }
  CHECK(holds_part(set, "SAMPLES"));
  CHECK(holds_part(set, "0.113"));
  CHECK(holds(set, TextField::client, "203.0.113.9"));
  CHECK(holds(set, TextField::user, "u-17"));
  CHECK_FALSE(holds(set, TextField::client, "u-17"));
  CHECK_FALSE(holds(set, TextField::client, "203.0.113.1"));
  CHECK_FALSE(holds_part(set, "/Samples/2026/000418"));
  CHECK_FALSE(holds_part(set, "nowhere"));
  CHECK(holds_part(set, "xyz"));  // too short to tell
}

TEST_CASE("texts that differ little from the one before are there with all their parts") {
  const std::vector<std::string> texts = {"/a/000417/files",
                                          "/a/000418/files",
                                          "/a/000418/files",
                                          "/a/1/files",
                                          "/a/1/file",
                                          "/b/1/file",
                                          "/",
                                          "/a/aaaaaaaa",
                                          "/a/aaaaaa",
                                          "/a/aaaaaaaaaaaa",
                                          "/a/xaaaaaaaaaaa",
                                          "abc",
                                          "abcd",
                                          "bcd",
                                          "xbcd/000417/abcd"};
  WordSet set;
  for (const std::string& text : texts) set.add_text(7, text);
  for (const std::string& text : texts) {
    for (std::size_t at = 0; at < text.size(); ++at) CHECK(holds_part(set, text.substr(at, 4)));
    CHECK(holds_part(set, text));
  }
  set.clear();
  set.add_text(7, "xbcd/000417/abcd");  // the last text of before the clear counts no more
  CHECK(holds_part(set, "000417"));
}

TEST_CASE("a fold keeps everything, and is as small as what it holds allows") {
  WordSet set;
  CHECK(set.fold().size() == WordSet::kLeastBytes);
  for (int i = 0; i < 3'000; ++i) set.add_name(TextField::user, fmt::format("user-{}", i));
  CHECK(set.fold().size() == WordSet::kBits / 8);
  int wrong = 0;
  for (int i = 0; i < 3'000; ++i) {
    CHECK(holds(set, TextField::user, fmt::format("user-{}", i)));
    wrong += holds(set, TextField::user, fmt::format("USER-{}", i)) ? 1 : 0;
  }
  CHECK(wrong < 150);  // 5 %
  set.clear();
  CHECK_FALSE(holds(set, TextField::user, "user-1"));
}

TEST_CASE("bytes that no fold makes hold everything") {
  WordProbe probe;
  probe.part("something");
  CHECK(probe.may_hold(""));
  CHECK(probe.may_hold(std::string(63, '\0')));
  CHECK(probe.may_hold(std::string(65, '\0')));
  CHECK(probe.may_hold(std::string(16'384, '\0')));
  CHECK_FALSE(probe.may_hold(std::string(64, '\0')));
  CHECK_FALSE(probe.may_hold(std::string(8'192, '\0')));
}

TEST_CASE("groups answer for combinations, and for the slowest of each") {
  RowGroups groups;
  RequestRow fast;
  fast.route = 300;
  fast.service = 2;
  fast.status = 200;
  fast.method = "GET";
  fast.total_us = 1'000;
  RequestRow slow = fast;
  slow.route = 4;
  slow.status = 503;
  slow.method = "PURGE";
  slow.total_us = 4'000'000'000;
  groups.add(fast);
  groups.add(slow);
  groups.add(fast);
  const std::string encoded = groups.encode();
  const auto may = [&](auto change) {
    GroupFilter filter;
    change(filter);
    return may_hold(encoded, filter);
  };
  CHECK(may([](GroupFilter&) {}));
  CHECK(may([](GroupFilter& f) { f.route = 300, f.status = StatusRange{200, 299}; }));
  CHECK_FALSE(may([](GroupFilter& f) { f.route = 300, f.status = StatusRange{500, 599}; }));
  CHECK(may([](GroupFilter& f) { f.route = 300, f.slower_than_us = 999; }));
  CHECK_FALSE(may([](GroupFilter& f) { f.route = 300, f.slower_than_us = 1'100; }));
  CHECK(may([](GroupFilter& f) { f.slower_than_us = 3'999'999'999u; }));
  CHECK(may([](GroupFilter& f) { f.method = "UNKNOWN"; }));  // all unusual methods are one
  CHECK_FALSE(may([](GroupFilter& f) { f.method = "POST"; }));
  CHECK_FALSE(may([](GroupFilter& f) { f.service = 3; }));
}

TEST_CASE("up to kMost groups are kept; of one more nothing is told") {
  RowGroups groups;
  GroupFilter absent;
  absent.route = 1'000'000;
  for (std::uint32_t i = 1; i <= RowGroups::kMost; ++i) {
    RequestRow row;
    row.route = i;
    groups.add(row);
  }
  CHECK_FALSE(groups.encode().empty());
  CHECK_FALSE(may_hold(groups.encode(), absent));
  RequestRow one_more;
  groups.add(one_more);
  CHECK(groups.encode().empty());
  CHECK(may_hold(groups.encode(), absent));
  groups.clear();
  groups.add(one_more);
  CHECK_FALSE(may_hold(groups.encode(), absent));
  CHECK(may_hold(std::string_view("\x80", 1), absent));  // cut off
}

#include "shared/base/decider.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

namespace gateway {
namespace {

TEST_CASE("each decider stands once in the table, in the order of its number") {
  int last = -1;
  std::set<std::string_view> names;
  for (const DeciderInfo& entry : all_deciders()) {
    CHECK(static_cast<int>(entry.decider) > last);
    last = static_cast<int>(entry.decider);
    CHECK_MESSAGE(names.insert(entry.name).second, entry.name);
    CHECK(&info(entry.decider) == &entry);
  }
  CHECK(names.size() == 41);
}

TEST_CASE("names are kebab-case, as logs and problem types show them") {
  for (const DeciderInfo& entry : all_deciders()) {
    CHECK_FALSE(entry.name.empty());
    CHECK_MESSAGE(
        entry.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string_view::npos,
        entry.name);
  }
}

TEST_CASE("who answers in place of an upstream has an error status and a title") {
  for (const DeciderInfo& entry : all_deciders()) {
    CAPTURE(entry.name);
    // These make answers too, of whatever status the config or the endpoint says.
    const bool answers = entry.decider != Decider::upstream && entry.decider != Decider::builtin &&
                         entry.decider != Decider::preflight && entry.decider != Decider::respond &&
                         entry.decider != Decider::cache;
    CHECK((entry.status >= 400 && entry.status < 600) == answers);
    CHECK(entry.title.empty() != answers);
    const bool refuses = (entry.status >= 400 && entry.status < 500) ||
                         entry.decider == Decider::not_implemented ||
                         entry.decider == Decider::version_unsupported ||
                         entry.decider == Decider::only_if_cached;
    CHECK((entry.side == Side::client) == refuses);
  }
}

TEST_CASE("only a failure before anything was answered may be tried elsewhere") {
  for (const DeciderInfo& entry : all_deciders()) {
    if (entry.retryable) CHECK(entry.side == Side::upstream);
  }
  CHECK(info(Decider::upstream_connect).retryable);
  CHECK_FALSE(info(Decider::upstream_timeout).retryable);
  CHECK_FALSE(info(Decider::upstream_malformed).retryable);
}

TEST_CASE("a number from a newer database reads as internal") {
  CHECK(info(static_cast<Decider>(255)).decider == Decider::internal);
  CHECK(info(static_cast<Decider>(3)).decider == Decider::internal);
}

}  // namespace
}  // namespace gateway

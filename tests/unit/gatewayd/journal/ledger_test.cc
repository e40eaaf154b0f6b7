#include "gatewayd/journal/ledger.h"

#include <doctest/doctest.h>

using namespace gateway;
using gateway::journal::Ledger;

TEST_CASE("a name has one number, new names wait to be written") {
  Ledger ledger({{3, "samples"}, {9, "auth"}}, {});
  CHECK(ledger.intern("samples") == 3);
  CHECK(ledger.intern("") == 0);
  CHECK(ledger.pending().empty());
  CHECK(ledger.intern("rag") == 10);
  CHECK(ledger.intern("rag") == 10);
  CHECK(ledger.name(10) == "rag");
  CHECK(ledger.name(4).empty());
  const auto pending = ledger.pending();
  REQUIRE(pending.names.size() == 1);
  CHECK(ledger.intern("storage") == 11);
  ledger.written(pending);
  REQUIRE(ledger.pending().names.size() == 1);
  CHECK(ledger.pending().names[0].second == "storage");
  CHECK(ledger.name(ledger.intern(std::string(5000, 'x'))).size() == Ledger::kMaxName);
}

TEST_CASE("a revision is counted on when its text is another one") {
  Ledger ledger({}, {41, "aaaa", 0, "root"});
  CHECK(ledger.revision("aaaa", "root", 1) == 41);
  CHECK(ledger.pending().empty());
  CHECK(ledger.wait_written(41, milliseconds(0)));
  CHECK(ledger.revision("bbbb", "SIGHUP", 2) == 42);
  CHECK(ledger.revision("bbbb", "SIGHUP", 3) == 42);
  CHECK_FALSE(ledger.wait_written(42, milliseconds(1)));
  CHECK(ledger.revision("aaaa", "root", 4) == 43);
  const auto pending = ledger.pending();
  REQUIRE(pending.revisions.size() == 2);
  CHECK(pending.revisions[0].applied_by == "SIGHUP");
  CHECK(pending.revisions[0].applied_at == 2);
  ledger.written(pending);
  CHECK(ledger.wait_written(43, milliseconds(0)));
}

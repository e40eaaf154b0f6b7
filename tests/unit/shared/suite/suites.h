#pragma once

#include <doctest/doctest.h>

#include <string>

#include "shared/decision/load.h"
#include "shared/suite/run.h"

namespace gateway::suite {

inline const config::Environment kNothingSet{[](std::string_view) { return std::nullopt; }};

// What reading a text says: "id line:column" of each finding, hints behind a bar.
inline std::string findings_of(const std::string& text) {
  const Read read = read_text("dir/a.test.toml", text, kNothingSet);
  CHECK(read.suite.has_value() == (read.diagnostics.errors() == 0));
  std::string out;
  for (const config::Diagnostic& item : read.diagnostics.items) {
    out += item.id + " " + std::to_string(item.place.line) + ":" +
           std::to_string(item.place.column) + (item.hint.empty() ? "" : "|" + item.hint) + "\n";
  }
  return out;
}

inline Suite suite_of(const std::string& text) {
  Read read = read_text("dir/a.test.toml", text, kNothingSet);
  INFO(config::render_text(read.diagnostics, false));
  REQUIRE(read.suite);
  return *std::move(read.suite);
}

// The one test of "[[test]]" with these keys.
inline Test test_of(const std::string& keys) {
  Suite suite = suite_of("[[test]]\nname = \"t\"\n" + keys);
  REQUIRE(suite.tests.size() == 1);
  return std::move(suite.tests.front());
}

inline Subject subject_of(const std::string& text) {
  auto loaded = decision::load_text(
      "gatewayd.toml",
      "[listeners.public]\naddress = \"127.0.0.1:0\"\n[services.a]\ninstances = "
      "[\"http://10.0.0.1:80\"]\n[services.b]\ninstances = [\"http://10.0.0.2:80\"]\n" +
          text,
      kNothingSet);
  INFO(config::render_text(loaded.diagnostics, false));
  REQUIRE(loaded.config);
  config::Diagnostics found;
  auto keys = decision::load_key_files(*loaded.config, kNothingSet, found);
  return Subject(*std::move(loaded.config), std::move(keys));
}

// "what: expected, got" of each failure, a line each.
inline std::string failures_of(const Ran& ran) {
  std::string out;
  for (const Failure& failure : ran.failures) {
    out += failure.what + ": " + failure.expected + ", " + failure.got + "\n";
  }
  return out;
}

}  // namespace gateway::suite

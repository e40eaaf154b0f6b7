#pragma once

#include <string>
#include <vector>

#include "shared/config/model.h"

namespace gateway::config {

enum class Severity : std::uint8_t { error, warning };

// One finding about a configuration. `id` is stable and kebab-case: people search for it and
// suppress it in CI.
struct Diagnostic {
  Severity severity = Severity::error;
  std::string id;
  std::string message;
  Place place;
  std::string hint;  // beside the caret: "did you mean …?", "expected …"; may be empty
};

// All findings of one run, in the order of file and line, with the sources they point into.
struct Diagnostics {
  std::vector<SourceFile> files;
  std::vector<Diagnostic> items;

  std::size_t errors() const;
  std::size_t warnings() const;
};

// As CLI.md shows it: error[id]: message, --> file:line:column, the source line, a caret and the
// hint, a blank line between findings, and the closing count. `colour` adds ANSI escapes.
std::string render_text(const Diagnostics& diagnostics, bool colour);
// One finding alone, without a blank line and the count.
std::string render_finding(const Diagnostics& diagnostics, const Diagnostic& item, bool colour);
// {"format":1,"errors":N,"warnings":N,"diagnostics":[{severity,id,message,file,line,column,length,
// source,hint}]}; `source` is the line, where it is no longer than 1 KiB.
std::string render_json(const Diagnostics& diagnostics);
// "gatewayd.toml:14:11 unknown-service" of the first error; empty when there is none.
std::string first_error(const Diagnostics& diagnostics);

}  // namespace gateway::config

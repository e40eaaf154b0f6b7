#include <fmt/format.h>

#include "shared/decision/explain_lines.h"
#include "shared/decision/values.h"

namespace gateway::decision {
namespace {

void tell(std::string_view label, std::string text, std::vector<ExplainLine>& lines) {
  lines.push_back({ExplainLine::Kind::passed, std::string(label), std::move(text), "", "", ""});
}

std::string with_mark(bool has_query, std::string_view query) {
  return has_query ? fmt::format("?{}", query) : std::string("none");
}

// Who the user is and what the route adds, as lines that end in CRLF.
std::string added_lines(const Snapshot& snapshot, const Exchange& x) {
  std::string added;
  if (x.identity != nullptr) {
    snapshot.identity_fields.append_lines(x.identity_by, *x.identity, added);
  }
  const policy::FieldChanges& changes = x.route->request;
  if (!changes.empty()) changes.append_lines(values_of(x), added);
  return added;
}

// What becomes of the client's fields, and what the gateway adds of its own. What every request
// gets (X-Forwarded-For, Via, X-Request-ID) is not told.
void tell_fields(const Snapshot& snapshot, const Exchange& x, std::vector<ExplainLine>& lines) {
  const policy::FieldChanges& changes = x.route->request;
  for (const Field& field : *x.fields) {
    const std::string_view renamed = changes.rename_of(field);
    if (snapshot.identity_fields.drops(field) || changes.drops(field)) {
      tell("headers", fmt::format("- {}", field.name), lines);
    } else if (!renamed.empty()) {
      tell("headers", fmt::format("{} → {}", field.name, renamed), lines);
    }
  }
  for (const std::string& line : split_lines(added_lines(snapshot, x))) {
    tell("headers", "+ " + line, lines);
  }
}

}  // namespace

std::vector<std::string> split_lines(std::string_view lines) {
  std::vector<std::string> split;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find("\r\n"), lines.size());
    split.emplace_back(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 2, lines.size()));
  }
  return split;
}

std::vector<std::string> sent_fields(const Snapshot& snapshot, const Exchange& x) {
  const policy::FieldChanges& changes = x.route->request;
  std::vector<std::string> sent;
  for (const Field& field : *x.fields) {
    if (snapshot.identity_fields.drops(field) || changes.drops(field)) continue;
    const std::string_view renamed = changes.rename_of(field);
    sent.push_back(fmt::format("{}: {}", renamed.empty() ? field.name : renamed, field.value));
  }
  for (std::string& line : split_lines(added_lines(snapshot, x))) sent.push_back(std::move(line));
  return sent;
}

void tell_changes(const Snapshot& snapshot, const Exchange& x, std::vector<ExplainLine>& lines) {
  if (x.path != x.raw_path) tell("path", fmt::format("{} → {}", x.raw_path, x.path), lines);
  if (x.upstream_path != x.path) {
    tell("rewrite", fmt::format("{} → {}", x.path, x.upstream_path), lines);
  }
  if (x.has_upstream_query != x.has_query || x.upstream_query != x.query) {
    tell("query",
         fmt::format("{} → {}", with_mark(x.has_query, x.query),
                     with_mark(x.has_upstream_query, x.upstream_query)),
         lines);
  }
  tell_fields(snapshot, x, lines);
}

}  // namespace gateway::decision

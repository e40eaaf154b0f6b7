#include <fmt/format.h>

#include <algorithm>

#include "gatewayd/config_edit.h"
#include "shared/config/json_tree.h"
#include "shared/config/report.h"
#include "shared/config/toml_parse.h"

// What a candidate's findings mean for who sent a body.
namespace gateway {
namespace {

using config::Diagnostic;
using config::Diagnostics;
using config::TomlStatement;
using control::ObjectEdit;
using control::Refusal;

// The file that the edit wrote.
config::SourceFile edited_file(const config::Candidate& candidate) {
  if (candidate.included.empty()) return {candidate.path, candidate.text};
  return candidate.included.front();
}

std::vector<TomlStatement> statements_of(const config::SourceFile& file) {
  const std::vector<config::SourceFile> files{file};
  config::Report report(files);
  std::vector<TomlStatement> statements;
  static_cast<void>(config::parse_toml(file.text, 0, report, &statements));
  return statements;
}

// What stands at a line.
const TomlStatement* at_line(const std::vector<TomlStatement>& statements, std::uint32_t line) {
  const TomlStatement* found = nullptr;
  for (const TomlStatement& statement : statements) {
    if (statement.line <= line) found = &statement;
  }
  return found;
}

// The field of the body that a statement came from; none: it is not of the edit.
std::optional<std::string> pointer_of(const ObjectEdit& edit, const TomlStatement& statement) {
  if (statement.path.size() < 2 || statement.path[0] != edit.section) return std::nullopt;
  for (std::size_t i = 0; i < edit.objects.size(); ++i) {
    if (edit.objects[i].name != statement.path[1]) continue;
    std::string pointer;
    if (edit.kind == ObjectEdit::Kind::replace_all) {
      pointer = fmt::format("/{}/{}", edit.section, i);
    }
    for (std::size_t part = 2; part < statement.path.size(); ++part) {
      pointer += "/" + config::pointer_part(statement.path[part]);
    }
    return pointer;
  }
  return std::nullopt;
}

std::string sentence_of(const Diagnostic& item, const Diagnostics& all) {
  std::string text = item.message;
  if (!item.hint.empty()) text += "; " + item.hint;
  if (item.place.file < all.files.size() && item.place.line > 0) {
    text += fmt::format(" ({}:{})", all.files[item.place.file].path, item.place.line);
  }
  return text;
}

std::optional<Refusal> refuse_new_file(const std::vector<config::SourceFile>& files,
                                       const config::SourceFile& edited,
                                       const std::vector<config::SourceFile>& serving) {
  for (std::size_t i = 1; i < files.size(); ++i) {
    const bool is_known =
        files[i].path == edited.path ||
        std::any_of(serving.begin(), serving.end(),
                    [&](const config::SourceFile& one) { return one.path == files[i].path; });
    if (is_known) continue;
    return Refusal{409, fmt::format("{} is new and does not serve yet: gatewayctl drift shows it, "
                                    "gatewayctl reload has it served",
                                    files[i].path)};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> refuse_candidate(const ObjectEdit& edit, const config::Candidate& candidate,
                                        const config::Loaded& loaded,
                                        const std::vector<config::SourceFile>& serving) {
  const config::SourceFile file = edited_file(candidate);
  if (loaded.config) return refuse_new_file(loaded.config->files, file, serving);
  const Diagnostics& found = loaded.diagnostics;
  const std::vector<TomlStatement> statements = statements_of(file);
  Refusal refusal{422, {}, {}};
  for (const Diagnostic& item : found.items) {
    if (item.severity != config::Severity::error) continue;
    const std::string sentence = sentence_of(item, found);
    if (refusal.detail.empty())
      refusal.detail = "the configuration would not be valid: " + sentence;
    if (item.place.file >= found.files.size() || found.files[item.place.file].path != file.path) {
      continue;
    }
    const TomlStatement* statement = at_line(statements, item.place.line);
    const auto pointer = statement == nullptr ? std::nullopt : pointer_of(edit, *statement);
    if (pointer) refusal.faults.push_back({*pointer, sentence});
  }
  // What others need goes, or is there twice: nothing in the body is wrong by itself.
  if (refusal.faults.empty()) refusal.status = 409;
  return refusal;
}

}  // namespace gateway

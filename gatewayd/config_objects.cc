#include <fmt/format.h>

#include <algorithm>

#include "gatewayd/config_changes.h"
#include "gatewayd/config_edit.h"
#include "gatewayd/control/object_answers.h"
#include "gatewayd/daemon.h"
#include "shared/config/control_rules.h"
#include "shared/config/files.h"

// The named tables of the config that serves, and the candidate that an edit of them makes.
namespace gateway {
namespace {

using config::SourceFile;
using control::ObjectEdit;
using control::Refusal;

constexpr std::size_t kFingerprintDigits = 32;

// What an If-Match speaks of: the one table, or all of the section.
bool is_as_expected(const ObjectEdit& edit, const control::ObjectList& list,
                    const control::ConfigBackend& config) {
  if (edit.if_match.empty()) return true;
  if (edit.kind == ObjectEdit::Kind::add || edit.kind == ObjectEdit::Kind::replace_all) {
    return control::matches_etag(edit.if_match, control::etag_of(list, config));
  }
  const auto found = std::find_if(
      list.objects.begin(), list.objects.end(),
      [&](const config::NamedObject& object) { return object.name == edit.objects[0].name; });
  return found != list.objects.end() &&
         control::matches_etag(edit.if_match, control::etag_of(*found, config));
}

}  // namespace

// An edit would have edits of others served along with it.
std::optional<Refusal> refuse_drift(const std::vector<SourceFile>& serving) {
  for (const SourceFile& file : serving) {
    const auto text = config::read_file(file.path);
    if (text && *text == file.text) continue;
    return Refusal{409,
                   fmt::format("{} holds edits that do not serve: gatewayctl drift shows them, "
                               "gatewayctl reload has them served",
                               file.path)};
  }
  return std::nullopt;
}

control::ObjectList ConfigChanges::objects(std::string_view section) const {
  const auto applied = daemon_.applied();
  return {applied->snapshot->revision,
          config::read_objects(applied->snapshot->config.files, section)};
}

std::string ConfigChanges::fingerprint(std::string_view text) const {
  return policy::Fingerprints(fingerprint_key_)(text, kFingerprintDigits);
}

Result<config::Candidate, Refusal> ConfigChanges::edited(const ObjectEdit& edit) const {
  const auto applied = daemon_.applied();
  const std::vector<SourceFile>& serving = applied->snapshot->config.files;
  const std::string managed =
      config::read_control_rules(serving, config::process_environment()).managed_file.value;
  if (managed.empty()) {
    return Refusal{409,
                   "the control API writes no file: set control.managed_file to the one that it "
                   "may write"};
  }
  if (auto refused = refuse_drift(serving)) return *refused;
  const auto file = std::find_if(serving.begin(), serving.end(), [&](const SourceFile& one) {
    return one.path == managed || config::same_file(one.path, managed);
  });
  const std::string path = file == serving.end() ? managed : file->path;
  const control::ObjectList list{applied->snapshot->revision,
                                 config::read_objects(serving, edit.section)};
  if (!is_as_expected(edit, list, *this)) {
    return Refusal{412, "it has changed since, or is gone: read it again"};
  }
  auto text = edit_text(edit, list.objects, path, file == serving.end() ? "" : file->text);
  if (!text) return text.error();
  if (file == serving.begin()) {
    return config::Candidate{config_path_, std::move(*text), config_path_, {}, false};
  }
  return config::Candidate{
      config_path_, serving.front().text, config_path_, {{path, std::move(*text)}}, false};
}

}  // namespace gateway

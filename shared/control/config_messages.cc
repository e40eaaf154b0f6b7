#include "shared/control/config_messages.h"

#include <array>
#include <limits>

#include "shared/control/json_fields.h"

namespace gateway::control {
namespace {

using config::Change;
using config::ChangeKind;
using config::Effect;
using nlohmann::json;
using store::ConfigVerdict;

struct KindName {
  ChangeKind kind;
  const char* name;
};
constexpr std::array kKinds = {KindName{ChangeKind::added, "added"},
                               KindName{ChangeKind::removed, "removed"},
                               KindName{ChangeKind::changed, "changed"}};

json time_or_null(const std::optional<UnixMicros>& time) {
  return time ? json(format_rfc3339(*time)) : json(nullptr);
}

std::optional<UnixMicros> time_from(const json& in, const char* key) {
  UnixMicros time = 0;
  read_time(in, key, time);
  return time == 0 ? std::nullopt : std::optional(time);
}

json change_to(const Change& change) {
  const char* kind = "";
  for (const KindName& known : kKinds) {
    if (known.kind == change.kind) kind = known.name;
  }
  return {
      {"kind", kind},          {"path", change.path}, {"before", change.before},
      {"after", change.after}, {"what", change.what}, {"effect", config::name_of(change.effect)},
      {"note", change.note}};
}

Change change_from(const json& in) {
  Change change;
  std::string kind;
  std::string effect;
  read_field(in, "kind", kind);
  read_field(in, "effect", effect);
  for (const KindName& known : kKinds) {
    if (kind == known.name) change.kind = known.kind;
  }
  for (const Effect one :
       {Effect::live, Effect::drains, Effect::drops_connections, Effect::restart}) {
    if (effect == config::name_of(one)) change.effect = one;
  }
  read_field(in, "path", change.path);
  read_field(in, "before", change.before);
  read_field(in, "after", change.after);
  read_field(in, "what", change.what);
  read_field(in, "note", change.note);
  return change;
}

json changes_to(const std::vector<Change>& changes) {
  json list = json::array();
  for (const Change& change : changes) list.push_back(change_to(change));
  return list;
}

std::vector<Change> changes_from(const json& in) {
  std::vector<Change> changes;
  for (const json& one : in) changes.push_back(change_from(one));
  return changes;
}

json row_to(const store::ConfigChange& row) {
  return {{"id", row.id},
          {"time", format_rfc3339(row.time)},
          {"revision", row.revision > 0 ? json(row.revision) : json(nullptr)},
          {"parent", row.parent},
          {"sha256", row.sha256},
          {"by", row.by},
          {"cause", row.cause},
          {"message", row.message},
          {"verdict", store::name_of(row.verdict)},
          {"reason", row.reason}};
}

store::ConfigChange row_from(const json& in) {
  store::ConfigChange row;
  std::string verdict;
  read_field(in, "id", row.id);
  read_time(in, "time", row.time);
  read_field(in, "revision", row.revision);
  read_field(in, "parent", row.parent);
  read_field(in, "sha256", row.sha256);
  read_field(in, "by", row.by);
  read_field(in, "cause", row.cause);
  read_field(in, "message", row.message);
  read_field(in, "verdict", verdict);
  read_field(in, "reason", row.reason);
  for (const ConfigVerdict one :
       {ConfigVerdict::pending, ConfigVerdict::live, ConfigVerdict::rejected,
        ConfigVerdict::rolled_back, ConfigVerdict::discarded}) {
    if (verdict == store::name_of(one)) row.verdict = one;
  }
  return row;
}

json nested(const std::string& text) {
  json value = json::parse(text, nullptr, false);
  return value.is_discarded() ? json(nullptr) : value;
}

}  // namespace

void to_json(json& out, const PendingChange& pending) {
  out = {{"revision", pending.revision},
         {"back_to", pending.back_to},
         {"until", time_or_null(pending.until)},
         {"guard", pending.guard},
         {"guarded_until", time_or_null(pending.guarded_until)}};
}

void from_json(const json& in, PendingChange& pending) {
  read_field(in, "revision", pending.revision);
  read_field(in, "back_to", pending.back_to);
  pending.until = time_from(in, "until");
  read_field(in, "guard", pending.guard);
  pending.guarded_until = time_from(in, "guarded_until");
}

void to_json(json& out, const ConfigDiff& diff) {
  out = {{"format", kFormat},
         {"from", diff.from},
         {"to", diff.to},
         {"revision", diff.revision},
         {"path", diff.path},
         {"disk_sha256", diff.disk_sha256},
         {"sha256", diff.sha256},
         {"files", diff.files},
         {"has_edits", diff.has_edits},
         {"valid", diff.valid},
         {"message", diff.message},
         {"report", diff.report},
         {"diagnostics", nested(diff.diagnostics_json)},
         {"of_revision", diff.of_revision},
         {"changes", changes_to(diff.changes)}};
}

void from_json(const json& in, ConfigDiff& diff) {
  read_field(in, "from", diff.from);
  read_field(in, "to", diff.to);
  read_field(in, "revision", diff.revision);
  read_field(in, "path", diff.path);
  read_field(in, "disk_sha256", diff.disk_sha256);
  read_field(in, "sha256", diff.sha256);
  read_field(in, "files", diff.files);
  read_field(in, "has_edits", diff.has_edits);
  read_field(in, "valid", diff.valid);
  read_field(in, "message", diff.message);
  read_field(in, "report", diff.report);
  read_field(in, "of_revision", diff.of_revision);
  if (in.contains("diagnostics")) diff.diagnostics_json = in.at("diagnostics").dump();
  if (in.contains("changes")) diff.changes = changes_from(in.at("changes"));
}

void to_json(json& out, const ApplyVerdict& verdict) {
  out = verdict.reload;
  out["pending"] = verdict.pending ? json(*verdict.pending) : json(nullptr);
}

void from_json(const json& in, ApplyVerdict& verdict) {
  in.get_to(verdict.reload);
  read_field(in, "pending", verdict.pending);
}

void to_json(json& out, const ConfirmVerdict& verdict) {
  out = {{"format", kFormat}, {"revision", verdict.revision}};
}

void from_json(const json& in, ConfirmVerdict& verdict) {
  read_field(in, "revision", verdict.revision);
}

void to_json(json& out, const ConfigHistoryList& list) {
  json rows = json::array();
  for (const store::ConfigChange& row : list.changes) rows.push_back(row_to(row));
  out = {{"format", kFormat}, {"revision", list.revision}, {"changes", std::move(rows)}};
}

void from_json(const json& in, ConfigHistoryList& list) {
  read_field(in, "revision", list.revision);
  if (!in.contains("changes")) return;
  for (const json& row : in.at("changes")) list.changes.push_back(row_from(row));
}

void to_json(json& out, const ConfigRevision& revision) {
  json files = json::array();
  for (const store::ConfigText& file : revision.files) {
    files.push_back({{"path", file.path}, {"text", file.text}});
  }
  out = row_to(revision.change);
  out["format"] = kFormat;
  out["files"] = std::move(files);
  out["changes"] = revision.changes ? changes_to(*revision.changes) : json(nullptr);
}

void from_json(const json& in, ConfigRevision& revision) {
  revision.change = row_from(in);
  if (in.contains("files")) {
    for (const json& file : in.at("files")) {
      revision.files.push_back({file.value("path", ""), file.value("text", "")});
    }
  }
  if (in.contains("changes") && !in.at("changes").is_null()) {
    revision.changes = changes_from(in.at("changes"));
  }
}

namespace {

// Reads the fields of a body, whatever anyone may send; the first thing wrong is kept.
class Fields {
 public:
  explicit Fields(const std::string& body) : body_(json::parse(body, nullptr, false)) {
    if (!body_.is_object()) error_ = "the body must be a JSON object";
  }

  void text(const char* name, std::size_t most, std::string& into) {
    const json* value = take(name);
    if (value == nullptr) return;
    if (!value->is_string()) return wrong(name, "must be a string");
    if (value->get_ref<const std::string&>().size() > most) {
      return wrong(name, "is longer than " + std::to_string(most) + " bytes");
    }
    into = value->get<std::string>();
  }

  template <class Int>
  void number(const char* name, Int& into) {
    const json* value = take(name);
    if (value == nullptr) return;
    if (!value->is_number_integer() || (!value->is_number_unsigned() && *value < 0) ||
        *value > std::numeric_limits<Int>::max()) {
      return wrong(name, "must be a whole number");
    }
    into = value->get<Int>();
  }

  bool has(const char* name) const { return body_.is_object() && body_.contains(name); }
  void wrong(const std::string& name, const std::string& why) {
    if (error_.empty()) error_ = name + " " + why;
  }

  // What is wrong; a field that nobody asked for is, too.
  std::string finish() {
    if (!error_.empty()) return error_;
    for (const auto& [name, value] : body_.items()) {
      if (name == "format") continue;
      return "there is no field \"" + name.substr(0, 40) + "\"";
    }
    return {};
  }

 private:
  const json* take(const char* name) {
    if (!has(name)) return nullptr;
    taken_ = std::move(body_.at(name));
    body_.erase(name);
    return taken_.is_null() ? nullptr : &taken_;
  }

  json body_;
  json taken_;
  std::string error_;
};

constexpr std::size_t kMaxName = 4096;
constexpr std::size_t kMaxText = std::size_t{8} << 20;  // as config::kMaxFileSize
constexpr std::size_t kMaxGuard = 200;

void read_source(Fields& fields, ConfigSource& source) {
  fields.text("name", kMaxName, source.name);
  if (fields.has("text")) {
    std::string text;
    fields.text("text", kMaxText, text);
    source.text = std::move(text);
  }
  if (fields.has("revision")) {
    std::uint32_t revision = 0;
    fields.number("revision", revision);
    source.revision = revision;
  }
  if (source.text.has_value() == source.revision.has_value()) {
    fields.wrong("text", "or revision is needed, and not both");
  }
  if (source.name.empty()) source.name = "candidate";
}

}  // namespace

json to_document(const ConfigSource& source) {
  json out = {{"format", kFormat}, {"name", source.name}};
  if (source.text) out["text"] = *source.text;
  if (source.revision) out["revision"] = *source.revision;
  return out;
}

Result<ConfigSource, MessageError> parse_config_source(const std::string& body) {
  Fields fields(body);
  ConfigSource source;
  read_source(fields, source);
  if (std::string error = fields.finish(); !error.empty()) return MessageError{std::move(error)};
  return source;
}

json to_document(const ApplyRequest& request) {
  json out = to_document(request.source);
  out["message"] = request.message;
  out["expect_revision"] = request.expect_revision;
  out["expect_disk_sha256"] = request.expect_disk_sha256;
  out["expect_sha256"] = request.expect_sha256;
  if (request.confirm) out["confirm_ms"] = request.confirm->count();
  if (!request.guard.empty()) out["guard"] = request.guard;
  return out;
}

Result<ApplyRequest, MessageError> parse_apply_request(const std::string& body) {
  Fields fields(body);
  ApplyRequest request;
  read_source(fields, request.source);
  fields.text("message", kMaxApplyMessage, request.message);
  fields.number("expect_revision", request.expect_revision);
  fields.text("expect_disk_sha256", 64, request.expect_disk_sha256);
  fields.text("expect_sha256", 64, request.expect_sha256);
  fields.text("guard", kMaxGuard, request.guard);
  if (fields.has("confirm_ms")) {
    std::int64_t confirm = 0;
    fields.number("confirm_ms", confirm);
    request.confirm = milliseconds(confirm);
    if (*request.confirm < kMinConfirm || *request.confirm > kMaxConfirm) {
      fields.wrong("confirm_ms", "must be from 1000 to 86400000");
    }
  }
  if (std::string error = fields.finish(); !error.empty()) return MessageError{std::move(error)};
  return request;
}

}  // namespace gateway::control

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/base/fields.h"
#include "shared/base/name_set.h"
#include "shared/config/policies.h"
#include "shared/policy/fault.h"
#include "shared/policy/identity_fields.h"
#include "shared/policy/template_text.h"

namespace gateway::policy {

inline constexpr std::size_t kMaxFieldChanges = 64;  // of each of remove, rename, set and add

// Changes to the header fields of a request or of an answer, as if done in the order remove,
// rename, set, add:
//   remove  takes away every field of the name;
//   rename  gives each field of the old name the new one, where it stands; fields that had the new
//           name already are kept beside it (remove them as well, to have them replaced);
//   set     puts one field in place of all of its name; with an empty value none is left;
//   add     adds one and keeps what is there; with an empty value nothing is added.
// A value that comes out empty or too long counts as empty (see Template). Names compare without
// case. Built once a snapshot; const afterwards.
class FieldChanges {
 public:
  // Everything that is wrong: names that are no tokens, that HTTP's framing and connections need
  // or that the gateway's word about the user goes by (`identity`); values with control octets or
  // unknown variables; changes that undo each other; too many.
  static std::vector<Fault> faults(const config::FieldChanges& changes, Template::Scope scope,
                                   const IdentityFields& identity);

  FieldChanges() = default;
  // Of changes without faults; what has one is left out.
  explicit FieldChanges(const config::FieldChanges& changes);

  // Nothing is changed and nothing added.
  bool empty() const { return !changes_fields() && fixed_.empty() && lines_.empty(); }

  // False when every field of the message stays as it is, so that none need be looked at.
  bool changes_fields() const { return !(dropped_.empty() && renames_.empty()); }

  // For each field of the message: whether it is left out, or else what its new name is; empty
  // when it keeps its own.
  bool drops(const Field& field) const { return dropped_.contains(field.name); }
  std::string_view rename_of(const Field& field) const;

  // Whether a line that the gateway itself would write under this id is left out, as the changes
  // set or remove that field.
  bool replaces(FieldId id) const { return (replaced_ >> static_cast<unsigned>(id) & 1) != 0; }

  // Appends the lines of set and add, CRLF included.
  void append_lines(const TemplateValues& values, std::string& out) const;

 private:
  // A line with variables.
  struct Line {
    std::string before;  // whole lines without any, which come first
    std::string name;    // with ": "
    Template value;
  };

  void put(const config::NamedText& pair);

  NameSet dropped_;
  NameSet renamed_;  // old names
  std::vector<std::pair<std::string, std::string>> renames_;
  std::uint64_t replaced_ = 0;  // a bit for each FieldId
  std::string fixed_;           // the lines behind the last of `lines_`
  std::vector<Line> lines_;
};

}  // namespace gateway::policy

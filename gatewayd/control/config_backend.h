#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gatewayd/control/answer.h"
#include "shared/base/result.h"
#include "shared/config/object_body.h"
#include "shared/config/objects.h"
#include "shared/control/config_messages.h"

namespace gateway::control {

// Why a call about the configuration was not answered: a status of HTTP, and what to tell.
struct Refusal {
  int status = 409;
  std::string detail;
  std::vector<FieldFault> faults{};  // fields of the body that it is about
};

// The named tables of a section of the config that serves.
struct ObjectList {
  std::uint32_t revision = 0;
  std::vector<config::NamedObject> objects;  // in the order of its files
};

// A change of named tables in the managed file.
struct ObjectEdit {
  enum class Kind : std::uint8_t {
    add,
    change,
    remove,
    replace_all,  // `objects` are all that there are in the section from then on
  };
  Kind kind = Kind::add;
  std::string_view section;
  std::vector<config::ObjectBody> objects;  // one, unless all are replaced; to remove: its name
  std::string if_match;                     // the field; empty: not asked
  std::string what;                         // for the history: "PUT route samples"
};

struct EditVerdict {
  std::uint32_t revision = 0;  // the one that serves now
};

// What the control API asks a daemon about its configuration. Any thread.
class ConfigBackend {
 public:
  virtual ~ConfigBackend() = default;
  // How a config would change what serves. Changes nothing.
  virtual Result<ConfigDiff, Refusal> diff(const ConfigSource& source) = 0;
  // The same for the files as they are on the disk.
  virtual Result<ConfigDiff, Refusal> drift() = 0;
  // Writes the config's files and has them served; on any failure both are as before. 409: what
  // the caller saw is no longer so. A config with errors is an answer, not a refusal.
  virtual Result<ApplyVerdict, Refusal> apply(const ApplyRequest& request,
                                              const std::string& by) = 0;
  // Keeps a change that would go back by itself.
  virtual Result<ConfirmVerdict, Refusal> confirm(const std::string& by) = 0;
  virtual Result<ConfigHistoryList, Refusal> history(std::size_t limit, std::int64_t before) = 0;
  // Of "routes", "limits", "cors".
  virtual ObjectList objects(std::string_view section) const = 0;
  // Writes the managed file and has it served; on any failure both are as before. 404: no such
  // table; 409: it is there, or in another file; 412: it is not what if_match says; 422: the
  // configuration would not be valid.
  virtual Result<EditVerdict, Refusal> edit(const ObjectEdit& edit, const std::string& by) = 0;
  // Stands for a text that may hold secrets, the same as long as the daemon runs.
  virtual std::string fingerprint(std::string_view text) const = 0;
  // By number of revision (0: not by it) or of change.
  virtual Result<ConfigRevision, Refusal> revision(std::uint32_t number, std::int64_t change) = 0;
};

}  // namespace gateway::control

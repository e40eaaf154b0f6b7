#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shared/config/policies.h"
#include "shared/policy/fault.h"
#include "shared/policy/template_text.h"

namespace gateway::policy {

inline constexpr std::size_t kMaxQueryChanges = 64;         // of each of remove and set
inline constexpr std::size_t kMaxParameterNameBytes = 128;  // of a name in the config, decoded

// Why no change may name a parameter so, as a static sentence; nullptr when it may.
const char* parameter_fault(std::string_view name);

// Changes to the parameters of a query. Parameters are what stands between "&"; one's name is what
// stands before its first "=", compared after decoding %XX and "+" (a space, as forms write it), so
// that no spelling gets past a rule; case counts. A "%" without two digits is itself. What is not
// changed keeps its place and its octets.
//   remove  takes away every parameter of the name;
//   set     puts one in the place of the first of its name, without the others, or at the end
//           where there is none. It is written even with an empty value, which a value that is not
//           there or too long counts as.
// Work grows with the query's length alone. Built once a snapshot; const afterwards.
class QueryChanges {
 public:
  static std::vector<Fault> faults(const config::QueryChanges& changes, Template::Scope scope);

  QueryChanges() = default;
  // Of changes without faults; what has one is left out.
  explicit QueryChanges(const config::QueryChanges& changes);

  bool empty() const { return changes_.empty(); }

  // The changed query: a view of `query` (raw, without "?") itself when nothing changes, else of
  // `scratch`. When it comes out empty, the "?" is to go as well.
  std::string_view apply(std::string_view query, const TemplateValues& values,
                         std::string& scratch) const;

 private:
  struct Change {
    std::string name;   // decoded
    std::string start;  // "name=" as it is written; empty: the parameter is removed
    Template value;
  };
  class Writer;

  const Change* change_of(std::string_view parameter) const;

  std::vector<Change> changes_;
  std::uint64_t lengths_ = 0;  // a bit for the size of each name, modulo 64
  bool sets_ = false;
};

}  // namespace gateway::policy

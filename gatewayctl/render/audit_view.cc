#include "gatewayctl/render/audit_view.h"
#include "gatewayctl/render/numbers.h"
#include "gatewayctl/render/table.h"

namespace gateway::ctl {

std::string render_audit(const control::AuditList& list, bool colour) {
  if (list.entries.empty()) return "No changes.\n";
  Table table({"TIME", "BY", "ROLE", "FROM", "STATUS", "CALL", "REVISION", "WHY NOT"});
  for (const store::AuditEntry& entry : list.entries) {
    const bool failed = entry.status >= 400;
    table.add({{format_time(entry.time), Colour::dim},
               entry.by,
               entry.role,
               entry.address.empty() ? "socket" : entry.address,
               {std::to_string(entry.status), failed ? Colour::red : Colour::none},
               entry.method + " " + entry.path,
               std::to_string(entry.revision),
               entry.detail});
  }
  return table.render(colour);
}

}  // namespace gateway::ctl

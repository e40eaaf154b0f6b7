#include "gatewayctl/commands.h"
#include "gatewayctl/daemon.h"
#include "gatewayctl/render/views.h"
#include "shared/config/visible_text.h"

namespace gateway::ctl {
namespace {

std::string names_of(const control::RouteList& list) {
  std::string out;
  for (const auto& route : list.routes) out += config::visible(route.name) + "\n";
  return out;
}

int run(const Invocation& invocation) {
  return show<control::RouteList>(invocation, control::kRoutesPath,
                                  [&](const control::RouteList& list) {
                                    if (invocation.output() == "names") return names_of(list);
                                    return render_routes(list, invocation.colour_out());
                                  });
}

}  // namespace

constexpr Command kRoutes = {
    .name = "routes",
    .operands = "",
    .summary = "list the routes of the running configuration",
    .about = "In the order of the files, each with where it is declared.",
    .example =
        "gatewayctl routes\n"
        "gatewayctl routes -o json | jq '.routes[] | select(.service == \"samples\")'",
    .options = {},
    .outputs = "text json names",
    .operand_words = "",
    .run = run,
    .group = "What runs now",
};

}  // namespace gateway::ctl

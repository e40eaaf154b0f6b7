#include "gatewayctl/commands.h"
#include "gatewayctl/daemon.h"
#include "gatewayctl/render/views.h"
#include "shared/config/visible_text.h"

namespace gateway::ctl {
namespace {

std::string names_of(const control::ServiceList& list) {
  std::string out;
  for (const auto& service : list.services) out += config::visible(service.name) + "\n";
  return out;
}

int run(const Invocation& invocation) {
  return show<control::ServiceList>(invocation, control::kServicesPath,
                                    [&](const control::ServiceList& list) {
                                      if (invocation.output() == "names") return names_of(list);
                                      return render_services(list, invocation.colour_out());
                                    });
}

}  // namespace

constexpr Command kServices = {
    .name = "services",
    .operands = "",
    .summary = "list the services and their instances",
    .about =
        "Each instance with the addresses its name resolves to and the connections kept idle to "
        "it.",
    .example =
        "gatewayctl services\n"
        "gatewayctl services -o json | jq '.services[].instances[].url'",
    .options = {},
    .outputs = "text json names",
    .operand_words = "",
    .run = run,
    .group = "What runs now",
};

}  // namespace gateway::ctl

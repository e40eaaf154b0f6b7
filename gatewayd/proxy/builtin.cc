#include "gatewayd/proxy/builtin.h"

#include "gatewayd/proxy/builtin_pages.h"
#include "shared/base/ascii.h"

namespace gateway::proxy {
namespace {

using decision::Builtin;

constexpr std::string_view kHealthBody =
    R"({"status":"healthy","service":"gatewayd","version":")" GATEWAYD_VERSION "\"}\n";
constexpr std::string_view kJson = "application/json";

policy::MetricsFormat format_for(const Fields& fields) {
  std::string accept;
  for (const Field& field : fields) {
    if (ascii_iequals(field.name, "accept")) accept.append(field.value).append(",");
  }
  return policy::choose_metrics_format(accept);
}

std::string_view content_type(Builtin which, policy::MetricsFormat format) {
  if (which == Builtin::metrics) return policy::content_type_of(format);
  return which == Builtin::docs ? "text/html; charset=utf-8" : kJson;
}

}  // namespace

net::Task<> answer_builtin(ClientConnection& client, const View& view, Workspace& workspace,
                           Builtin which) {
  decision::Exchange& x = workspace.exchange;
  Context& context = client.context;
  if (!decision::admit_builtin(*view.snapshot, context.decisions, which, x)) co_return;
  if (which == Builtin::health) {
    x.own = {200, "OK", kJson, kHealthBody};
    co_return;
  }
  const auto format = which == Builtin::metrics ? format_for(workspace.request.fields)
                                                : policy::MetricsFormat::prometheus;
  std::shared_ptr<const std::string>& page = workspace.page;
  std::function<void()> work = [&page, &pages = context.pages, which, format,
                                asked = std::chrono::steady_clock::now()] {
    page = pages.page(which, format, asked);
  };
  const bool ran = co_await context.off_loop.pages.on(context.loop, std::move(work));
  if (!ran) {
    x.refusal = Error{Decider::overloaded, "Too many ask for this at once: try again."};
    co_return;
  }
  x.own = {200, "OK", content_type(which, format), *page};
  if (which == Builtin::docs) x.own.page_policy = decision::kPagePolicy;
}

}  // namespace gateway::proxy

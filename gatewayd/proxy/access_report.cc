#include "gatewayd/proxy/access_report.h"

#include <fmt/format.h>

#include <array>

#include "gatewayd/journal/access_log.h"
#include "gatewayd/journal/daemon_log.h"

namespace gateway::proxy {
namespace {

using journal::Category;
using journal::Level;

std::string_view value_of(const Fields& fields, std::string_view name) {
  const Field* field = find_field(fields, name);
  return field == nullptr ? std::string_view() : field->value;
}

std::string_view name_of_service(const decision::Snapshot& snapshot, const decision::Exchange& x) {
  if (x.service == decision::kNoService) return {};
  return snapshot.config.services[x.service].name;
}

// The last that was asked.
std::string_view last_instance(const Workspace& workspace) {
  const auto notes = workspace.attempts.notes();
  return notes.empty() ? std::string_view() : notes.back().instance;
}

bool is_security(Decider decider) {
  switch (decider) {
    case Decider::ip_denied:
    case Decider::threat:
    case Decider::rate_limited:
    case Decider::unauthenticated:
    case Decider::forbidden:
    case Decider::csrf:
      return true;
    default:
      return false;
  }
}

struct Ended {
  const decision::Snapshot& snapshot;
  const decision::Exchange& x;
  const Answer& answer;
  microseconds took;
};

void write_line(Context& context, Category category, std::string_view what, const Ended& ended) {
  const decision::Exchange& x = ended.x;
  const std::string_view id(x.id_text.data(), x.id_text.size());
  const std::string status = std::to_string(ended.answer.status);
  const std::string url =
      x.authority.empty()
          ? std::string(x.raw_path)
          : fmt::format("{}://{}{}", x.secure ? "https" : "http", x.authority, x.raw_path);
  const std::string took = fmt::format("{:.3f}", static_cast<double>(ended.took.count()) / 1000);
  const std::string_view route = x.route != nullptr ? std::string_view(x.route->name) : "";
  context.log.write(category, Level::debug, what,
                    {{"request_id", id},
                     {"method", x.method},
                     {"url", url},
                     {"host", x.host},
                     {"path", x.raw_path},
                     {"client", x.client_text},
                     {"route", route},
                     {"service", name_of_service(ended.snapshot, x)},
                     {"status", status},
                     {"response_time_ms", took},
                     {"decided_by", info(ended.answer.decider).name}});
}

}  // namespace

void report_access(Context& context, const decision::Snapshot& snapshot, const Workspace& workspace,
                   const journal::RequestRecord& row) {
  const decision::Exchange& x = workspace.exchange;
  const Fields& fields = workspace.request.fields;
  std::array<char, 32> trace;
  if (x.tracing.traced) policy::format_trace_id(x.tracing.trace, trace.data());
  const std::string_view referer = value_of(fields, "Referer");
  journal::AccessRecord record;
  record.request = row;
  record.route = x.route != nullptr ? std::string_view(x.route->name) : std::string_view();
  record.service = name_of_service(snapshot, x);
  record.instance = last_instance(workspace);
  record.user_agent = value_of(fields, "User-Agent");
  record.referer = referer.substr(0, referer.find('?'));
  if (x.tracing.traced) record.trace = {trace.data(), trace.size()};
  record.minor = static_cast<std::uint8_t>(workspace.request.minor);
  context.sinks.access->push(context.worker, record);
}

void report_lines(Context& context, const decision::Snapshot& snapshot, const Workspace& workspace,
                  const Answer& answer, microseconds took) {
  const Ended ended{snapshot, workspace.exchange, answer, took};
  const DeciderInfo& decider = info(answer.decider);
  if (answer.status >= 500 && context.log.wants(Category::request, Level::debug)) {
    write_line(context, Category::request,
               decider.status != 0 ? decider.title : "the service answered with a failure", ended);
  } else if (is_security(answer.decider) && context.log.wants(Category::security, Level::debug)) {
    write_line(context, Category::security, decider.title, ended);
  }
}

}  // namespace gateway::proxy

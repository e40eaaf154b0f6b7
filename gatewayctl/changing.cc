#include "gatewayctl/changing.h"

#include <fmt/format.h>

#include "gatewayctl/daemon.h"
#include "gatewayctl/render/change_views.h"
#include "gatewayctl/render/views.h"
#include "shared/base/units.h"
#include "shared/config/files.h"
#include "shared/config/utf8.h"
#include "shared/config/visible_text.h"
#include "shared/decision/change_guard.h"

namespace gateway::ctl {
namespace {

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const config::Utf8Character character = config::decode_utf8(text);
    if (character.bytes == 0) return false;
    text.remove_prefix(character.bytes);
  }
  return true;
}

// What is wrong with the options; or "".
std::string take_options(const Invocation& invocation, control::ApplyRequest& request) {
  request.message = invocation.value("--message").value_or("");
  if (request.message.size() > control::kMaxApplyMessage) return "-m takes up to 1000 bytes";
  if (const auto confirm = invocation.value("--confirm")) {
    request.confirm = parse_duration(*confirm);
    if (!request.confirm || *request.confirm < control::kMinConfirm ||
        *request.confirm > control::kMaxConfirm) {
      return "--confirm takes a duration of 1s to 24h";
    }
  }
  if (const auto guard = invocation.value("--guard")) {
    request.guard = *guard;
    if (const auto parsed = decision::parse_guard(*guard); !parsed) return parsed.error().message;
  }
  return "";
}

int print_verdict(const Invocation& invocation, const nlohmann::json& answer) {
  const auto verdict = answer.get<control::ApplyVerdict>();
  if (invocation.json()) {
    print_json(invocation.console.out, answer);
  } else {
    (verdict.reload.accepted ? invocation.console.out : invocation.console.err)
        << render_verdict(verdict.reload);
    if (verdict.pending) {
      invocation.console.out << render_pending(*verdict.pending, invocation.console.now());
    }
  }
  return verdict.reload.accepted ? kDone : kFailed;
}

}  // namespace

std::optional<std::string> read_candidate(const Invocation& invocation, const std::string& path) {
  const auto text = config::read_file(path);
  std::string why;
  if (!text) {
    why = text.error().reason;
  } else if (!is_utf8(*text)) {
    why = "it is not UTF-8; gatewayctl validate shows where";
  } else {
    return *text;
  }
  invocation.console.err << "gatewayctl " << invocation.command.name << ": "
                         << config::visible(path) << " cannot be read: " << config::visible(why)
                         << '\n';
  return std::nullopt;
}

std::optional<control::ConfigDiff> ask_diff(const Invocation& invocation,
                                            const control::ConfigSource& source, int& status) {
  const auto answer = control::Client(invocation.socket())
                          .post_json(control::kConfigDiffPath, control::to_document(source));
  if (!answer) {
    status = daemon_error(invocation, answer.error());
    return std::nullopt;
  }
  try {
    auto diff = answer->get<control::ConfigDiff>();
    if (diff.valid) return diff;
    invocation.console.err << diff.report;
    status = kBadConfig;
  } catch (const nlohmann::json::exception& why) {
    status = daemon_error(invocation, strange_answer(invocation, why));
  }
  return std::nullopt;
}

int show_and_apply(const Invocation& invocation, const control::ConfigSource& source) {
  control::ApplyRequest request;
  request.source = source;
  if (const std::string wrong = take_options(invocation, request); !wrong.empty()) {
    return usage_error(invocation, wrong);
  }
  const bool asks = !invocation.has("--yes");
  if (asks && (invocation.json() || !invocation.console.ask)) {
    return usage_error(invocation, invocation.json()
                                       ? "-o json goes with --yes, as nothing can be asked"
                                       : "there is no terminal to ask on: say --yes");
  }
  int status = kDone;
  const auto diff = ask_diff(invocation, source, status);
  if (!diff) return status;
  if (diff->changes.empty() && diff->files.empty() && !diff->has_edits) {
    invocation.console.err << "gatewayctl " << invocation.command.name
                           << ": there is nothing to do, the gateway runs this already\n";
    if (!invocation.json()) return kDone;
  }
  if (!invocation.json()) {
    invocation.console.out << render_diff(*diff, "", invocation.colour_out());
    invocation.console.out.flush();
  }
  if (diff->has_edits) {
    invocation.console.err << "warning: " << config::visible(diff->path)
                           << " holds edits that do not serve (gatewayctl drift shows them); this "
                              "replaces them, and the history keeps them\n";
  }
  if (asks && !invocation.console.ask("Apply? [y/N] ")) {
    invocation.console.err << "Nothing was changed.\n";
    return kFailed;
  }
  // The revision that was shown, and not what "the one before" means by then.
  if (diff->of_revision > 0) request.source.revision = diff->of_revision;
  request.expect_revision = diff->revision;
  request.expect_disk_sha256 = diff->disk_sha256;
  request.expect_sha256 = diff->sha256;
  const auto answer = control::Client(invocation.socket())
                          .post_json(control::kConfigApplyPath, control::to_document(request));
  if (!answer) return daemon_error(invocation, answer.error());
  try {
    return print_verdict(invocation, *answer);
  } catch (const nlohmann::json::exception& why) {
    return daemon_error(invocation, strange_answer(invocation, why));
  }
}

}  // namespace gateway::ctl

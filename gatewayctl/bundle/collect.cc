#include "gatewayctl/bundle/collect.h"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "gatewayctl/bundle/program_output.h"
#include "gatewayctl/bundle/scrub.h"
#include "gatewayctl/log_source.h"
#include "shared/base/timestamp.h"
#include "shared/control/config_messages.h"
#include "shared/control/health_messages.h"
#include "shared/control/messages.h"
#include "shared/decision/load.h"

namespace gateway::ctl {
namespace {

using nlohmann::json;
struct Missing {
  std::string why;
};
using Content = Result<std::string, Missing>;

constexpr milliseconds kPatience{10'000};
constexpr UnixMicros kHour = 3'600'000'000;

std::string dump(const json& document) {
  return document.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

// "conf.d/limits.toml" of "/etc/gatewayd/conf.d/limits.toml": unique within a bundle, and of a path
// without a way out of its folder.
std::string file_name(const std::string& path, std::size_t number) {
  return fmt::format("{:02}-{}", number, std::filesystem::path(path).filename().string());
}

class Collection {
 public:
  Collection(const Invocation& invocation, std::string config_path)
      : invocation_(invocation),
        config_path_(std::move(config_path)),
        client_(invocation.socket(), kPatience),
        now_(invocation.console.now()) {}

  std::vector<BundlePart> run() {
    add_machine();
    add_daemon();
    add_disk_config();
    add_record();
    add_own_log();
    return std::move(parts_);
  }

 private:
  void add(std::string name, std::string about, Content content) {
    BundlePart& part = parts_.emplace_back(BundlePart{std::move(name), std::move(about), {}, {}});
    if (!content.ok()) {
      part.missing = scrub_text(content.error().why);
      return;
    }
    part.content = std::move(*content);
    if (part.content.size() > kMaxBundlePart) {
      part.content.resize(kMaxBundlePart);
      part.about += "; cut off";
    }
  }

  void add_machine() {
    utsname system{};
    ::uname(&system);
    std::string text = fmt::format("gatewayctl {}\n{} {} {} {}\nprocessors {}\n", GATEWAYD_VERSION,
                                   system.sysname, system.release, system.version, system.machine,
                                   ::sysconf(_SC_NPROCESSORS_ONLN));
    std::ifstream release("/etc/os-release");
    text.append(std::istreambuf_iterator<char>(release), {});
    std::ifstream memory("/proc/meminfo");
    std::string line;
    for (int i = 0; i < 3 && std::getline(memory, line); ++i) text += line + "\n";
    add("machine.txt", "versions, processors, memory", std::move(text));
  }

  // What the daemon answers to one call, or why it does not. Once it is unreachable it is not asked
  // again.
  Result<json, Missing> ask(const std::string& path, const control::Params& params = {}) {
    if (!unreachable_.empty()) return Missing{unreachable_};
    auto answer = client_.get(path, params);
    if (answer.ok()) return std::move(*answer);
    if (answer.error().unreachable) unreachable_ = answer.error().message;
    return Missing{answer.error().message};
  }

  void add_call(const char* name, const char* about, const char* path) {
    const auto answer = ask(path);
    add(name, about, answer.ok() ? Content(scrub_text(dump(*answer))) : Content(answer.error()));
  }

  void add_daemon() {
    add_call("daemon/status.json", "gatewayctl status", control::kStatusPath);
    add_call("daemon/health.json", "gatewayctl health", control::kHealthPath);
    add_call("daemon/breakers.json", "gatewayctl breaker list", control::kBreakersPath);
    add_call("daemon/services.json", "gatewayctl services", control::kServicesPath);
    add_call("daemon/routes.json", "gatewayctl routes", control::kRoutesPath);
    add_call("daemon/history.json", "gatewayctl history", control::kConfigHistoryPath);
    add("daemon/metrics.txt", "/metrics", metrics());
    add_running_config();
  }

  Content metrics() {
    if (!unreachable_.empty()) return Missing{unreachable_};
    auto text = client_.get_text(control::kMetricsPath);
    return text.ok() ? Content(std::move(*text)) : Content(Missing{text.error().message});
  }

  void add_running_config() {
    const auto status = ask(control::kStatusPath);
    const std::string revision =
        status.ok() ? std::to_string(status->value("revision", 0u)) : std::string();
    const auto answer =
        status.ok() ? ask(control::kConfigRevisionPath, {{"revision", revision}}) : status;
    if (!answer.ok()) {
      add("config/running/", "the configuration that serves", Content(answer.error()));
      return;
    }
    std::size_t number = 0;
    for (const json& file : answer->value("files", json::array())) {
      add("config/running/" + file_name(file.value("path", std::string("?")), number++),
          fmt::format("revision {} as it serves, secrets taken out", revision),
          scrub_config(file.value("text", std::string())));
    }
  }

  void add_disk_config() {
    const auto loaded = decision::load(config_path_, config::process_environment());
    const auto& files = loaded.config ? loaded.config->files : loaded.diagnostics.files;
    std::size_t number = 0;
    for (const config::SourceFile& file : files) {
      add("config/disk/" + file_name(file.path, number++),
          fmt::format("{}, secrets taken out", file.path), scrub_config(file.text));
    }
    add("config/validate.txt", fmt::format("gatewayctl validate {}", config_path_),
        scrub_config(config::render_text(loaded.diagnostics, /*colour=*/false)));
    if (!loaded.config) return;
    store_path_ = loaded.config->store.path;
    log_path_ = loaded.config->log.to;
  }

  // By the daemon; when that does not answer, from the file.
  Result<LogSource, Missing> open_record() {
    auto source = !invocation_.value("--db") && !unreachable_.empty() && !store_path_.empty()
                      ? LogSource::open_file(store_path_)
                      : LogSource::open(invocation_);
    if (source.ok()) return std::move(*source);
    return Missing{source.error().message};
  }

  void add_record() {
    auto opened = open_record();
    LogSource* source = opened.ok() ? &*opened : nullptr;
    const auto add_answer = [&](std::string name, std::string about, const auto& question) {
      if (source == nullptr) return add(std::move(name), std::move(about), opened.error());
      const auto answer = question(*source);
      if (!answer.ok()) {
        return add(std::move(name), std::move(about), Missing{answer.error().message});
      }
      add(std::move(name), std::move(about),
          scrub_text(dump(pseudonyms_.scrub_page(control::to_document(*answer)))));
    };
    for (const auto by : {store::StatsBy::route, store::StatsBy::service, store::StatsBy::status}) {
      store::StatsQuery query;
      query.until = now_;
      query.since = now_ - 24 * kHour;
      query.by = by;
      const auto name = control::name_of(by);
      add_answer(fmt::format("record/stats-by-{}.json", name),
                 fmt::format("gatewayctl stats --since 24h --by {}", name),
                 [&](LogSource& from) { return from.stats(query); });
    }
    constexpr const char* kTakenOut =
        "clients and users under other names, values of queries and ids in paths taken out";
    store::LogFilter failures;
    control::parse_status("5xx", failures);
    failures.since = now_ - 24 * kHour;
    failures.limit = kBundleRows;
    add_answer("record/failures.json", fmt::format("the last 5xx of 24 hours; {}", kTakenOut),
               [&](LogSource& from) { return from.logs(failures); });
    store::SecurityFilter refusals;
    refusals.since = now_ - 24 * kHour;
    refusals.limit = kBundleRows;
    add_answer("record/security.json", fmt::format("the last refusals of 24 hours; {}", kTakenOut),
               [&](LogSource& from) { return from.logs(refusals); });
    add_incident(source, opened.ok() ? Missing{} : opened.error());
  }

  void add_incident(LogSource* source, const Missing& why) {
    constexpr const char* kName = "record/last-hour.json";
    constexpr const char* kAbout = "gatewayctl incident, of the last hour";
    if (source == nullptr) return add(kName, kAbout, Content(why));
    const auto incident = source->incident({now_ - kHour / 2, milliseconds(1'800'000)});
    if (!incident.ok()) return add(kName, kAbout, Content(Missing{incident.error().message}));
    add(kName, kAbout, scrub_text(dump(control::to_document(*incident))));
  }

  void add_own_log() {
    constexpr const char* kName = "log/gatewayd.log";
    constexpr const char* kAbout =
        "the end of the daemon's own log; credentials, values of queries and ids in paths taken "
        "out, "
        "clients under other names";
    if (log_path_.starts_with('/')) {
      auto end = file_end(log_path_);
      if (end.ok()) *end = pseudonyms_.scrub_log(*end);
      return add(kName, kAbout, std::move(end));
    }
    auto text = program_output({"journalctl", "--unit", "gatewayd", "--no-pager", "--quiet",
                                "--output", "short-iso-precise", "--lines", "5000"},
                               kMaxBundlePart, kPatience);
    if (!text.ok()) return add(kName, kAbout, Content(Missing{text.error().why}));
    add(kName, kAbout, pseudonyms_.scrub_log(*text));
  }

  static Content file_end(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return Missing{fmt::format("{} cannot be read", path)};
    in.seekg(0, std::ios::end);
    const auto size = static_cast<std::size_t>(std::max<std::streamoff>(in.tellg(), 0));
    in.seekg(static_cast<std::streamoff>(size > kMaxBundlePart ? size - kMaxBundlePart : 0));
    return std::string(std::istreambuf_iterator<char>(in), {});
  }

  const Invocation& invocation_;
  const std::string config_path_;
  const control::Client client_;
  const UnixMicros now_;
  std::string unreachable_;  // why the daemon does not answer; empty: it does
  std::string store_path_;   // of the configuration on the disk
  std::string log_path_;
  Pseudonyms pseudonyms_;
  std::vector<BundlePart> parts_;
};

}  // namespace

std::vector<BundlePart> collect_bundle(const Invocation& invocation,
                                       const std::string& config_path) {
  return Collection(invocation, config_path).run();
}

std::string describe_bundle(const std::vector<BundlePart>& parts, UnixMicros now) {
  std::string text = fmt::format(
      "Support bundle of gatewayd, made by gatewayctl {} at {}.\n"
      "Taken out: secrets and hashes of the configuration, values of queries, credentials, free\n"
      "text of security events. Clients and users of rows stand under other names. Read what is "
      "in\n"
      "it before you hand it on.\n\n",
      GATEWAYD_VERSION, format_rfc3339(now - now % 1'000'000));
  for (const BundlePart& part : parts) {
    if (part.missing.empty()) {
      text += fmt::format("{}  ({} bytes): {}\n", part.name, part.content.size(), part.about);
    } else {
      text += fmt::format("{}  missing: {}; it would be {}\n", part.name, part.missing, part.about);
    }
  }
  return text;
}

}  // namespace gateway::ctl

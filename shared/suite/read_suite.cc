#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "shared/base/decider.h"
#include "shared/base/timestamp.h"
#include "shared/config/check.h"
#include "shared/config/files.h"
#include "shared/config/limits.h"
#include "shared/config/substitute.h"
#include "shared/config/suggest.h"
#include "shared/config/toml_parse.h"
#include "shared/config/values.h"
#include "shared/suite/suite.h"
#include "shared/suite/suite_keys.h"

namespace gateway::suite {
namespace {

using config::CheckedTable;
using config::CheckedValue;
using config::Place;
using config::Report;
using config::Setting;

constexpr std::string_view kTakesTime = "expected a UTC time, as \"2026-01-02T03:04:05Z\"";

std::optional<UnixMicros> time_of(const CheckedTable& table, const char* key, Report& report) {
  const CheckedValue* value = table.find(key);
  if (value == nullptr) return std::nullopt;
  const auto time = parse_rfc3339(value->text);
  if (!time) {
    report.error("bad-time", value->place, fmt::format("\"{}\" is not a time", value->text),
                 std::string(kTakesTime));
  }
  return time;
}

std::optional<Setting<std::string>> text_of(const CheckedTable& table, const char* key) {
  const CheckedValue* value = table.find(key);
  if (value == nullptr) return std::nullopt;
  return Setting<std::string>{value->text, value->place};
}

std::optional<Setting<std::int64_t>> number_of(const CheckedTable& table, const char* key) {
  const CheckedValue* value = table.find(key);
  if (value == nullptr) return std::nullopt;
  return Setting<std::int64_t>{value->number, value->place};  // 0 for a word as "never"
}

class Reading {
 public:
  explicit Reading(Report& report) : report_(report) {}

  Suite suite(const CheckedTable& root) {
    Suite suite;
    suite.config = root.text("config").value;
    start_ = parse_rfc3339(root.text("time").value).value_or(0);
    time_of(root, "time", report_);  // says so when it is none
    for (const CheckedTable& table : root.tables()) suite.tests.push_back(test(table));
    std::uint64_t requests = 0;
    for (const Test& test : suite.tests) {
      requests += test.repeat;
      if (requests <= kMaxRequests) continue;
      report_.error("too-many", test.place,
                    fmt::format("all tests together repeat more than {} requests", kMaxRequests),
                    "split the file");
      break;
    }
    return suite;
  }

 private:
  Test test(const CheckedTable& table) {
    Test test;
    test.name = table.text("name").value;
    test.place = table.place();
    test.repeat = config::count(table, "repeat");
    test.every = table.duration("every");
    fill_request(table, test.request);
    test.request.time = time_of(table, "time", report_).value_or(start_);
    const CheckedTable* token = table.table("token");
    if (token != nullptr) test.token = this->token(*token);
    if (token != nullptr && !test.request.user.empty()) {
      report_.error("several-identities", token->place(),
                    "a request has a user or a token, not both", "keep one of them");
    }
    if (const CheckedTable* expect = table.table("expect")) test.expect = expectations(*expect);
    return test;
  }

  // Says once where the request is none that a client could send.
  void fill_request(const CheckedTable& table, decision::ExplainRequest& request) {
    bool said = false;
    const auto complain = [&](Place place, const char* wrong) {
      if (wrong != nullptr && !said) report_.error("bad-request", place, wrong);
      said = said || wrong != nullptr;
    };
    request.method = table.text("method").value;
    request.user = table.text("user").value;
    request.roles = config::words(table, "roles");
    request.scopes = config::words(table, "scopes");
    complain(table.place(), fault_of(request));
    const Setting<std::string> url = table.text("url");
    if (!url->empty()) complain(url.place, read_url(url.value, request));  // else it is missing
    for (const config::NamedText& field : table.map("headers")) {
      complain(field.place, read_field(field.name + ": " + field.value, request));
    }
    const Setting<std::string> client = table.text("client");
    const auto address = parse_ip(client.value);
    if (address) request.client = *address;
    complain(client.place, address ? nullptr : "client takes an IP address");
    if (table.find("body") != nullptr) request.body = table.text("body").value;
  }

  Token token(const CheckedTable& table) {
    Token token;
    token.subject = table.text("sub").value;
    token.roles = config::words(table, "roles");
    token.scopes = config::words(table, "scopes");
    token.issuer = table.text("issuer").value;
    token.audience = table.text("audience").value;
    token.expires_in = table.duration("expires_in");
    token.expires = time_of(table, "expires", report_);
    token.signed_with = table.text("signed_with").value;
    token.claims = table.map("claims");
    return token;
  }

  Expectations expectations(const CheckedTable& table) {
    Expectations expect;
    expect.route = text_of(table, "route");
    expect.service = text_of(table, "service");
    expect.path = text_of(table, "path");
    expect.query = text_of(table, "query");
    expect.status = number_of(table, "status");
    expect.decided_by = text_of(table, "decided_by");
    expect.headers = table.map("headers");
    expect.no_headers = table.list("no_headers");
    expect.sent_headers = table.map("sent_headers");
    expect.no_sent_headers = table.list("no_sent_headers");
    expect.first_limited = number_of(table, "first_limited");
    expect.limited = number_of(table, "limited");
    if (expect.decided_by) check_decider(*expect.decided_by);
    if (report_.errors() == 0 && !expects_anything(expect)) {
      report_.error("nothing-expected", table.place(), "expect names nothing, so nothing is tested",
                    "add, for example, status = 200 or service = \"…\"");
    }
    return expect;
  }

  static bool expects_anything(const Expectations& e) {
    return e.route || e.service || e.path || e.query || e.status || e.decided_by ||
           !e.headers.empty() || !e.no_headers.empty() || !e.sent_headers.empty() ||
           !e.no_sent_headers.empty() || e.first_limited || e.limited;
  }

  void check_decider(const Setting<std::string>& name) {
    std::vector<std::string_view> names;
    for (const DeciderInfo& info : all_deciders()) names.push_back(info.name);
    if (std::find(names.begin(), names.end(), name.value) != names.end()) return;
    report_.error("unknown-decider", name.place, fmt::format("nobody decides as \"{}\"", *name),
                  config::did_you_mean(*name, names, "upstream, or a name gatewayctl logs shows"));
  }

  Report& report_;
  UnixMicros start_ = 0;
};

std::string beside(const std::string& path, const std::string& config) {
  const std::size_t slash = path.rfind('/');
  const bool alone = config.empty() || config.starts_with('/') || slash == std::string::npos;
  return alone ? config : path.substr(0, slash + 1) + config;
}

Read unreadable(std::string path, std::string why) {
  Read read;
  read.diagnostics.files.push_back({std::move(path), {}});
  read.diagnostics.items.push_back(
      {config::Severity::error, "unreadable-file", std::move(why), {0, 0, 0, 0}, {}});
  return read;
}

}  // namespace

Read read(const std::string& path, const config::Environment& environment) {
  auto text = config::read_file(path);
  if (!text)
    return unreadable(path, fmt::format("{} cannot be read: {}", path, text.error().reason));
  return read_text(path, std::move(*text), environment);
}

Read read_text(std::string path, std::string text, const config::Environment& environment) {
  if (text.size() > config::kMaxFileSize) {
    return unreadable(std::move(path),
                      fmt::format("the text is longer than {} bytes", config::kMaxFileSize));
  }
  Read result;
  result.diagnostics.files.push_back({std::move(path), std::move(text)});
  const config::SourceFile& file = result.diagnostics.files.front();
  Report report(result.diagnostics.files);
  if (auto document = config::parse_toml(file.text, 0, report)) {
    config::substitute(*document, environment, report);
    const CheckedTable root = config::check_document(std::move(*document), key_tree(),
                                                     "gatewayctl(1) lists all keys", report);
    Suite suite = Reading(report).suite(root);
    suite.config = beside(file.path, suite.config);
    if (suite.tests.empty() && report.errors() == 0) {
      report.error("no-tests", {0, 0, 0, 0}, "the file holds no [[test]]");
    }
    if (report.errors() == 0) result.suite = std::move(suite);
  }
  result.diagnostics.items = report.take();
  return result;
}

}  // namespace gateway::suite

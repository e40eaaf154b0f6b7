#include "shared/control/json_fields.h"
#include "shared/control/messages.h"
#include "shared/control/queries.h"

namespace gateway::control {
namespace {

using nlohmann::json;

store::LogRow row_from(const json& in) {
  store::LogRow row;
  std::string id;
  read_field(in, "seq", row.seq);
  read_field(in, "id", id);
  row.id = parse_uuid(id).value_or(Uuid{});
  read_time(in, "time", row.time);
  read_field(in, "method", row.method);
  read_field(in, "host", row.host);
  read_field(in, "path", row.path);
  read_field(in, "query", row.query);
  read_field(in, "client", row.client);
  read_field(in, "user", row.user);
  read_field(in, "route", row.route);
  read_field(in, "service", row.service);
  read_field(in, "instance", row.instance);
  read_field(in, "decider", row.decider);
  read_field(in, "status", row.status);
  read_field(in, "retries", row.retries);
  read_field(in, "revision", row.revision);
  read_field(in, "bytes_in", row.bytes_in);
  read_field(in, "bytes_out", row.bytes_out);
  read_field(in, "total_us", row.total_us);
  read_field(in, "upstream_us", row.upstream_us);
  return row;
}

json stats_row(const store::StatsRow& row) {
  return {{"key", row.key},           {"requests", row.requests},   {"errors", row.errors},
          {"bytes_in", row.bytes_in}, {"bytes_out", row.bytes_out}, {"mean_us", row.mean_us},
          {"p50_us", row.p50_us},     {"p90_us", row.p90_us},       {"p95_us", row.p95_us},
          {"p99_us", row.p99_us},     {"max_us", row.max_us}};
}

store::StatsRow stats_row_from(const json& in) {
  store::StatsRow row;
  read_field(in, "key", row.key);
  read_field(in, "requests", row.requests);
  read_field(in, "errors", row.errors);
  read_field(in, "bytes_in", row.bytes_in);
  read_field(in, "bytes_out", row.bytes_out);
  read_field(in, "mean_us", row.mean_us);
  read_field(in, "p50_us", row.p50_us);
  read_field(in, "p90_us", row.p90_us);
  read_field(in, "p95_us", row.p95_us);
  read_field(in, "p99_us", row.p99_us);
  read_field(in, "max_us", row.max_us);
  return row;
}

}  // namespace

json to_document(const store::LogRow& row) {
  return {{"format", kFormat},
          {"seq", row.seq},
          {"id", to_string(row.id)},
          {"time", format_rfc3339(row.time)},
          {"method", row.method},
          {"host", row.host},
          {"path", row.path},
          {"query", row.query},
          {"client", row.client},
          {"user", row.user},
          {"route", row.route},
          {"service", row.service},
          {"instance", row.instance},
          {"decider", row.decider},
          {"status", row.status},
          {"retries", row.retries},
          {"revision", row.revision},
          {"bytes_in", row.bytes_in},
          {"bytes_out", row.bytes_out},
          {"total_us", row.total_us},
          {"upstream_us", row.upstream_us}};
}

json to_document(const store::LogPage& page) {
  json rows = json::array();
  for (const auto& row : page.rows) {
    rows.push_back(to_document(row));
    rows.back().erase("format");  // the page says it
  }
  json out = {{"format", kFormat},
              {"rows", std::move(rows)},
              {"cursor", page.cursor},
              {"newest", page.newest},
              {"complete", page.complete}};
  if (page.skipped > 0) out["skipped"] = page.skipped;
  if (page.searched_to) out["searched_to"] = format_rfc3339(*page.searched_to);
  return out;
}

json to_document(const store::Stats& stats) {
  json rows = json::array();
  for (const auto& row : stats.rows) {
    rows.push_back(stats_row(row));
    rows.back()["requests_per_second"] = stats.rate_of(row);
  }
  return {{"format", kFormat},
          {"since", format_rfc3339(stats.since)},
          {"until", format_rfc3339(stats.until)},
          {"rows", std::move(rows)},
          {"total", stats_row(stats.total)},
          {"complete", stats.complete}};
}

store::LogPage log_page_from(const json& document) {
  store::LogPage page;
  for (const auto& row : document.value("rows", json::array())) page.rows.push_back(row_from(row));
  read_field(document, "cursor", page.cursor);
  read_field(document, "newest", page.newest);
  read_field(document, "complete", page.complete);
  read_field(document, "skipped", page.skipped);
  std::string searched_to;
  read_field(document, "searched_to", searched_to);
  page.searched_to = parse_rfc3339(searched_to);
  return page;
}

store::Stats stats_from(const json& document) {
  store::Stats stats;
  read_time(document, "since", stats.since);
  read_time(document, "until", stats.until);
  for (const auto& row : document.value("rows", json::array())) {
    stats.rows.push_back(stats_row_from(row));
  }
  read_field(document, "complete", stats.complete);
  if (document.contains("total")) stats.total = stats_row_from(document["total"]);
  return stats;
}

}  // namespace gateway::control

#include "shared/control/log_page_text.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "shared/control/queries.h"

using namespace gateway;
using namespace gateway::control;

namespace {

std::string of_document(const store::LogPage& page) {
  return to_document(page).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

store::LogRow full_row() {
  store::LogRow row;
  row.seq = 9'223'372'036'854'775'807;
  row.id = *parse_uuid("0192f3c4-8a10-7c3e-9d5e-1b2c3d4e5f60");
  row.time = 1'767'323'045'678'901;
  row.method = "GET";
  row.host = "api.example.com";
  row.path = "/samples/7";
  row.query = "a=1&b=2";
  row.client = "2001:db8::9";
  row.user = "u-17";
  row.route = "samples";
  row.service = "lab";
  row.instance = "http://10.0.2.11:8081";
  row.decider = "upstream";
  row.status = 503;
  row.retries = 255;
  row.revision = 4'294'967'295;
  row.bytes_in = 18'446'744'073'709'551'615u;
  row.bytes_out = 60;
  row.total_us = 4'294'967'295;
  row.upstream_us = 1;
  return row;
}

}  // namespace

TEST_CASE("a page's text is that of its document") {
  store::LogPage page;
  CHECK(log_page_text(page) == of_document(page));
  page.rows = {full_row(), store::LogRow{}, full_row()};
  page.cursor = -1;
  page.newest = 12;
  page.complete = false;
  CHECK(log_page_text(page) == of_document(page));
  page.skipped = 7;
  page.searched_to = 1'767'323'045'000'000;
  CHECK(log_page_text(page) == of_document(page));
}

TEST_CASE("texts of clients: quotes, controls, UTF-8 and bytes that are none") {
  store::LogPage page;
  for (const char* text :
       {"\"", "\\", "\x01\x1f\t\n\r\b\f", "\x7f", "ü 日本", "\xff\xc3", "a\"b"}) {
    store::LogRow row = full_row();
    row.path = row.query = row.user = text;
    page.rows.push_back(row);
  }
  CHECK(log_page_text(page) == of_document(page));
}

#include <doctest/doctest.h>

#include "gatewayctl/render/colour.h"
#include "gatewayctl/render/numbers.h"
#include "gatewayctl/render/table.h"
#include "gatewayctl/render/text.h"

using namespace gateway::ctl;

TEST_CASE("columns are as wide as their widest cell, in columns of the terminal") {
  Table table({"NAME", "N"});
  table.add({"größe", "1"});
  table.add({"样品", "22"});
  table.add({"x"});
  CHECK(table.render(false) ==
        "NAME    N\n"
        "größe   1\n"
        "样品    22\n"
        "x\n");
}

TEST_CASE("colour changes no width, and is there only when it is on") {
  Table table({"A", "B"});
  table.add({{"up", Colour::green}, "1"});
  CHECK(table.render(false) == "A    B\nup   1\n");
  CHECK(table.render(true) == "\x1b[1mA\x1b[0m    \x1b[1mB\x1b[0m\n\x1b[32mup\x1b[0m   1\n");
  CHECK(paint("x", Colour::red, false) == "x");
  CHECK(paint("x", Colour::none, true) == "x");
}

TEST_CASE("a cell cannot drive the terminal") {
  Table table({"A"});
  table.add({"\x1b]0;title\x07"});
  table.add({"a\nb"});
  const std::string shown = table.render(false);
  CHECK(shown.find('\x1b') == std::string::npos);
  CHECK(shown.find('\x07') == std::string::npos);
  CHECK(shown.find("a\\x0ab\n") != std::string::npos);
}

TEST_CASE("widths count columns and not bytes") {
  CHECK(display_width("abc") == 3);
  CHECK(display_width("größe") == 5);
  CHECK(display_width("样品") == 4);
  CHECK(display_width("e\xcc\x81") == 1);
  CHECK(display_width("–") == 1);
  CHECK(display_width("\xff") == 4);  // shown as \xff
}

TEST_CASE("counts have a comma after each three digits") {
  CHECK(format_count(0) == "0");
  CHECK(format_count(999) == "999");
  CHECK(format_count(1'000) == "1,000");
  CHECK(format_count(1'284'004) == "1,284,004");
  CHECK(format_count(18'446'744'073'709'551'615ULL) == "18,446,744,073,709,551,615");
}

TEST_CASE("latencies have two digits and the unit that fits") {
  CHECK(format_latency(0) == "0µs");
  CHECK(format_latency(999) == "999µs");
  CHECK(format_latency(1'000) == "1.0ms");
  CHECK(format_latency(3'140) == "3.1ms");
  CHECK(format_latency(9'949) == "9.9ms");
  CHECK(format_latency(9'951) == "10ms");
  CHECK(format_latency(48'200) == "48ms");
  CHECK(format_latency(999'499) == "999ms");
  CHECK(format_latency(999'500) == "1.0s");
  CHECK(format_latency(2'100'000) == "2.1s");
  CHECK(format_latency(75'000'000) == "75s");
  CHECK(format_latency(4'294'967'295) == "4295s");
}

TEST_CASE("memory is told in the largest unit that leaves a digit before the point") {
  CHECK(format_memory(0) == "0 B");
  CHECK(format_memory(1'023) == "1023 B");
  CHECK(format_memory(1'024) == "1.0 KiB");
  CHECK(format_memory(9'728) == "9.5 KiB");
  CHECK(format_memory(1'047'000) == "1022 KiB");
  CHECK(format_memory(1'048'300) == "1.0 MiB");
  CHECK(format_memory(64ULL << 20) == "64 MiB");
  CHECK(format_memory(3ULL << 40) == "3.0 TiB");
  CHECK(format_memory(5'000ULL << 40) == "5000 TiB");
}

TEST_CASE("rates, shares and spans") {
  CHECK(format_rate(0) == "0");
  CHECK(format_rate(0.44) == "0.4");
  CHECK(format_rate(9.96) == "10");
  CHECK(format_rate(12'030.6) == "12,031");
  CHECK(format_percent(0.0011, 2) == "0.11");
  CHECK(format_percent(1, 1) == "100.0");
  CHECK(format_span(0) == "0s");
  CHECK(format_span(59) == "59s");
  CHECK(format_span(60) == "1m 0s");
  CHECK(format_span(7'500) == "2h 5m");
  CHECK(format_span(3 * 86'400 + 4 * 3'600 + 59) == "3d 4h");
  CHECK(format_ago(0) == "0s ago");
  CHECK(format_ago(41) == "41s ago");
  CHECK(format_ago(7'500) == "2h ago");
}

TEST_CASE("a CSV field is quoted where it must be") {
  CHECK(csv_field("plain") == "plain");
  CHECK(csv_field("a,b") == "\"a,b\"");
  CHECK(csv_field("say \"hi\"") == "\"say \"\"hi\"\"\"");
  CHECK(csv_field("") == "");
}

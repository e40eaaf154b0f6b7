// What Boost.Beast's basic_parser takes for the heads of head_bench.cc, its callbacks keeping views
// as ours does.

#include <benchmark/benchmark.h>

#include <boost/beast/http/basic_parser.hpp>
#include <string_view>
#include <vector>

#include "tests/bench/micro/heads.h"

namespace gateway::http {
namespace {

namespace beast_http = boost::beast::http;
using boost::beast::string_view;
using boost::system::error_code;

class ViewParser final : public beast_http::basic_parser<true> {
 public:
  std::vector<std::pair<string_view, string_view>> fields;
  string_view target;

 private:
  void on_request_impl(beast_http::verb, string_view, string_view path, int, error_code&) override {
    target = path;
  }
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_field_impl(beast_http::field, string_view name, string_view value, error_code&) override {
    fields.emplace_back(name, value);
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view, error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view, error_code&) override { return 0; }
  void on_finish_impl(error_code&) override {}
};

void parse_request(benchmark::State& state, std::string_view text) {
  std::vector<std::pair<string_view, string_view>> kept;
  for (auto _ : state) {
    ViewParser parser;
    parser.fields.swap(kept);  // as ours, the fields' memory is used again
    parser.fields.clear();
    error_code error;
    parser.put(boost::asio::buffer(text.data(), text.size()), error);
    if (error) state.SkipWithError(error.message().c_str());
    benchmark::DoNotOptimize(parser);
    kept.swap(parser.fields);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

void bench_beast_short(benchmark::State& state) {
  parse_request(state, kShort);
}
void bench_beast_browser(benchmark::State& state) {
  parse_request(state, kBrowser);
}

BENCHMARK(bench_beast_short);
BENCHMARK(bench_beast_browser);

}  // namespace
}  // namespace gateway::http

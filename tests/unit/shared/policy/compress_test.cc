#include "shared/policy/compress.h"

#include <doctest/doctest.h>

#include "fields_of.h"

using namespace gateway;
using namespace gateway::policy;

namespace {

constexpr Coding kAll[] = {Coding::zstd, Coding::br, Coding::gzip};

std::string chosen(std::string_view accept) {
  const auto coding = choose_coding(fields_of({{"Accept-Encoding", accept}}), kAll);
  return coding ? std::string(name_of(*coding)) : "identity";
}

config::Compression all() {
  config::Compression compression;
  compression.mode = config::CompressMode::safe;
  compression.encodings = {"zstd", "br", "gzip"};
  for (const char* type : {"text/*", "application/json", "application/*+json"}) {
    compression.types.push_back({type, {}});
  }
  compression.min_size = 512;
  return compression;
}

const Fields kAsks = fields_of({{"Accept-Encoding", "gzip, br"}});
const Fields kJson = fields_of({{"Content-Type", "Application/JSON; charset=utf-8"}});

CompressRules::Verdict judge(const Fields& answer, std::uint16_t status = 200,
                             std::optional<std::uint64_t> length = 1000, bool has_secrets = false) {
  return CompressRules(all(), std::nullopt).judge(kAsks, has_secrets, {status, answer, length});
}

Fields json_with(std::string_view name, std::string_view value) {
  Fields fields = kJson;
  fields.push_back(fields_of({{name, value}})[0]);
  return fields;
}

}  // namespace

TEST_CASE("Accept-Encoding: weights first, then our own order") {
  CHECK(chosen("gzip") == "gzip");
  CHECK(chosen("gzip, br, zstd") == "zstd");
  CHECK(chosen("GZIP;q=0.8, br;Q=0.9") == "br");
  CHECK(chosen("gzip;q=0.8 , br ; q=0.8") == "br");
  CHECK(chosen("*") == "zstd");
  CHECK(chosen("*;q=0.5, gzip") == "gzip");
  CHECK(chosen("*, zstd;q=0") == "br");
  CHECK(chosen("x-gzip") == "gzip");
}

TEST_CASE("Accept-Encoding: what leaves the answer as it is") {
  CHECK_FALSE(choose_coding({}, kAll));
  for (const char* accept :
       {"", "identity", "deflate, compress", "gzip;q=0", "gzip;q=0.0, br;q=0.000", "*;q=0",
        "identity, gzip;q=0.5", "gzip;q=x", "gzip;q=2", "gzip;q=-1"}) {
    CAPTURE(accept);
    CHECK(chosen(accept) == "identity");
  }
  CHECK(chosen("identity;q=0, deflate") == "identity");  // better than no answer
  CHECK(chosen("identity;q=0.5, gzip;q=0.5") == "gzip");
  CHECK(chosen("identity;q=0, *;q=0.1") == "zstd");
}

TEST_CASE("types and sizes, at the bound and one below it") {
  CHECK(judge(kJson).coding == Coding::br);
  CHECK(judge(kJson).varies);
  CHECK(judge(kJson, 200, 512).coding);
  CHECK_FALSE(judge(kJson, 200, 511).coding);
  CHECK_FALSE(judge(kJson, 200, 511).varies);
  CHECK(judge(kJson, 200, std::nullopt).coding);
  CHECK(judge(kJson, 404).coding);
  CHECK(judge(fields_of({{"Content-Type", "application/problem+json"}})).coding);
  for (const char* type : {"image/png", "application/octet-stream", "application/jsonx", "json"}) {
    CAPTURE(type);
    CHECK_FALSE(judge(fields_of({{"Content-Type", type}})).varies);
  }
  CHECK_FALSE(judge({}).coding);
}

TEST_CASE("what goes as it is: compressed already, no-transform, parts, events, gRPC") {
  CHECK_FALSE(judge(json_with("Content-Encoding", "gzip")).varies);
  CHECK(judge(json_with("Content-Encoding", "identity")).coding);
  CHECK_FALSE(judge(json_with("Cache-Control", "max-age=1, no-transform")).coding);
  CHECK_FALSE(judge(kJson, 206).coding);
  CHECK_FALSE(judge(kJson, 204).coding);
  CHECK_FALSE(judge(json_with("Content-Range", "bytes 0-1/2")).coding);
  CHECK_FALSE(judge(fields_of({{"Content-Type", "text/event-stream"}})).coding);
  CHECK_FALSE(judge(fields_of({{"Content-Type", "application/grpc+json"}})).coding);
  CHECK_FALSE(judge(kJson, 304).coding);
  CHECK(judge(kJson, 304).varies);
}

TEST_CASE("safe: an answer that may hold somebody's secrets goes as it is (BREACH)") {
  CHECK_FALSE(judge(kJson, 200, 1000, true).coding);
  CHECK(judge(kJson, 200, 1000, true).varies);
  CHECK_FALSE(judge(json_with("Set-Cookie", "a=b")).coding);
  const CompressRules every(all(), config::CompressMode::all);
  CHECK(every.judge(kAsks, true, {200, json_with("Set-Cookie", "a=b"), 1000}).coding);
  CHECK(has_secrets(fields_of({{"Cookie", "a=b"}})));
  CHECK(has_secrets(fields_of({{"Authorization", "Bearer x"}})));
  CHECK_FALSE(has_secrets(kAsks));
}

TEST_CASE("off, for all and for one route") {
  config::Compression none = all();
  none.mode = config::CompressMode::off;
  CHECK(CompressRules(none, std::nullopt).off());
  CHECK_FALSE(CompressRules(none, config::CompressMode::safe).off());
  CHECK(CompressRules(all(), config::CompressMode::off).off());
  none.encodings.clear();
  CHECK(CompressRules(none, config::CompressMode::all).off());
  CHECK(CompressRules().off());
}

TEST_CASE("patterns of media types") {
  for (const char* good : {"text/*", "application/*+json", "image/svg+xml", "*/*"}) {
    CHECK(is_type_pattern(good) == (std::string_view(good) != "*/*"));
  }
  for (const char* bad : {"text", "text/", "/x", "text/html; charset=utf-8", "a b/c", ""}) {
    CHECK_FALSE(is_type_pattern(bad));
  }
}

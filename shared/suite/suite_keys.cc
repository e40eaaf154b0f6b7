#include "shared/suite/suite_keys.h"

#include <array>

#include "shared/suite/suite.h"

namespace gateway::suite {
namespace {

using config::Choice;
using config::Key;
using enum config::KeyType;

constexpr std::int64_t kDay = 24ll * 60 * 60 * 1000;
constexpr std::int64_t kPathMax = 4095;
constexpr std::int64_t kTextMax = 4096;
constexpr std::int64_t kUrlMax = 64 << 10;
constexpr bool kRequired = true;
constexpr std::array kNever = {Choice{"never"}};

// Columns as in shared/config/keys.cc: path, type, default, min, max, choices, help.
// clang-format off
constexpr std::array kKeys = {
    Key{"config", text, "", 1, kPathMax, {},
        "The configuration under test, relative to this file's folder."},
    Key{"time", text, "2026-01-01T00:00:00Z", 1, 64, {}, "When tests take place, in UTC."},
    Key{"test", tables, "", 0, 0, {}, "One test."},
    Key{"test[].name", text, "", 1, 200, {}, "What the test shows.", kRequired},
    Key{"test[].method", text, "GET", 1, 64, {}, "The request's method."},
    Key{"test[].url", text, "", 1, kUrlMax, {},
        "What is asked for: \"https://HOST/PATH\", \"http://HOST/PATH\" or \"/PATH\".", kRequired},
    Key{"test[].headers", text_map, "", 0, kTextMax, {}, "Header fields of the request."},
    Key{"test[].body", lines, "", 0, 64 << 10, {}, "The body of the request."},
    Key{"test[].client", text, "127.0.0.1", 1, 64, {}, "The address that connects."},
    Key{"test[].user", text, "", 1, 255, {},
        "Take the request for this user's, as if its credentials had been verified."},
    Key{"test[].roles", texts, "[]", 1, 256, {}, "Roles of that user."},
    Key{"test[].scopes", texts, "[]", 1, 256, {}, "Scopes of that user."},
    Key{"test[].time", text, "", 1, 64, {}, "When this test takes place, in UTC."},
    Key{"test[].repeat", integer, "1", 1, kMaxRepeat, {}, "How many such requests come."},
    Key{"test[].every", duration, "0ms", 0, 30 * kDay, {}, "From one of them to the next."},
    Key{"test[].token", table, "", 0, 0, {},
        "A JWT that is signed with the secret of auth.jwt and sent as a bearer token."},
    Key{"test[].token.sub", text, "", 1, 255, {}, "The user.", kRequired},
    Key{"test[].token.roles", texts, "[]", 1, 256, {}, "Roles, in the claim auth.jwt names."},
    Key{"test[].token.scopes", texts, "[]", 1, 256, {}, "Scopes, in the claim auth.jwt names."},
    Key{"test[].token.issuer", text, "", 1, kTextMax, {}, "iss; else what auth.jwt asks for."},
    Key{"test[].token.audience", text, "", 1, kTextMax, {}, "aud; else what auth.jwt asks for."},
    Key{"test[].token.expires_in", duration, "1h", 0, 3650 * kDay, {}, "From the first request on."},
    Key{"test[].token.expires", text, "", 1, 64, {}, "When it expires, in UTC."},
    Key{"test[].token.signed_with", text, "", 1, kTextMax, {}, "Another secret than auth.jwt's."},
    Key{"test[].token.claims", text_map, "", 0, kTextMax, {}, "Further claims, as texts."},
    Key{"test[].expect", table, "", 0, 0, {}, "What has to come of it.", kRequired},
    Key{"test[].expect.route", text, "", 0, 64, {}, "The route; \"\": none."},
    Key{"test[].expect.service", text, "", 0, 64, {}, "The service; \"\": none is asked."},
    Key{"test[].expect.path", text, "", 1, kUrlMax, {}, "The path that the service is asked for."},
    Key{"test[].expect.query", text, "", 0, kUrlMax, {}, "The query that the service gets."},
    Key{"test[].expect.status", integer, "", 100, 599, {}, "The status that the gateway answers."},
    Key{"test[].expect.decided_by", text, "", 1, 64, {},
        "Who decides the answer, as gatewayctl logs names it: \"upstream\", \"rate-limited\", …."},
    Key{"test[].expect.headers", text_map, "", 0, kTextMax, {},
        "Fields that policies put on the answer; \"*\": with any value."},
    Key{"test[].expect.no_headers", texts, "[]", 1, 256, {}, "Fields they do not put there."},
    Key{"test[].expect.sent_headers", text_map, "", 0, kTextMax, {},
        "Fields that the service gets; \"*\": with any value."},
    Key{"test[].expect.no_sent_headers", texts, "[]", 1, 256, {}, "Fields that it does not get."},
    Key{"test[].expect.first_limited", integer_or_choice, "", 1, kMaxRepeat, kNever,
        "The first request that a limit refuses, counted from 1; \"never\": none."},
    Key{"test[].expect.limited", integer, "", 0, kMaxRepeat, {},
        "How many of the requests limits refuse."},
};
// clang-format on

}  // namespace

std::span<const config::Key> keys() {
  return kKeys;
}

const config::KeyNode& key_tree() {
  static const config::KeyNode root = config::build_key_tree(kKeys);
  return root;
}

}  // namespace gateway::suite

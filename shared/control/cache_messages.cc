#include "shared/control/cache_messages.h"

#include <array>
#include <nlohmann/json.hpp>

#include "shared/base/ascii.h"
#include "shared/control/json_fields.h"
#include "shared/control/messages.h"
#include "shared/control/params.h"

namespace gateway::control {
namespace {

using nlohmann::json;

struct Number {
  const char* name;
  std::uint64_t& (*of)(CacheReport&);
};

constexpr std::array kNumbers = {
    Number{"entries", [](CacheReport& r) -> std::uint64_t& { return r.store.entries; }},
    Number{"bytes", [](CacheReport& r) -> std::uint64_t& { return r.store.bytes; }},
    Number{"max_bytes", [](CacheReport& r) -> std::uint64_t& { return r.store.most_bytes; }},
    Number{"stored", [](CacheReport& r) -> std::uint64_t& { return r.store.stored; }},
    Number{"evicted", [](CacheReport& r) -> std::uint64_t& { return r.store.evicted; }},
    Number{"purged", [](CacheReport& r) -> std::uint64_t& { return r.store.purged; }},
    Number{"dropped", [](CacheReport& r) -> std::uint64_t& { return r.store.dropped; }},
    Number{"fetching", [](CacheReport& r) -> std::uint64_t& { return r.store.fetching; }},
    Number{"waiting", [](CacheReport& r) -> std::uint64_t& { return r.store.waiting; }},
    Number{"hits", [](CacheReport& r) -> std::uint64_t& { return r.hits; }},
    Number{"stale_hits", [](CacheReport& r) -> std::uint64_t& { return r.stale_hits; }},
    Number{"revalidated", [](CacheReport& r) -> std::uint64_t& { return r.revalidated; }},
    Number{"collapsed", [](CacheReport& r) -> std::uint64_t& { return r.collapsed; }},
    Number{"misses", [](CacheReport& r) -> std::uint64_t& { return r.misses; }},
    Number{"passed", [](CacheReport& r) -> std::uint64_t& { return r.passed; }}};

struct Wanted {
  policy::CachePurge what;
  bool all = false;
};

bool take_path(const std::string& text, std::string& out) {
  return text.starts_with('/') && assign_text(text, out);
}

bool take_host(const std::string& text, std::string& out) {
  assign_text(text, out);
  for (char& c : out) c = ascii_lower(c);
  return !out.empty();
}

constexpr Param<Wanted> kPurgeParams[] = {
    {"host", [](const auto& t, Wanted& w) { return take_host(t, w.what.host); }, "a host name"},
    {"path", [](const auto& t, Wanted& w) { return take_path(t, w.what.path); },
     "a path that begins with /"},
    {"prefix", [](const auto& t, Wanted& w) { return take_path(t, w.what.prefix); },
     "the beginning of a path, from its / on"},
    {"tag",
     [](const auto& t, Wanted& w) {
       return !t.empty() && t.size() <= policy::kMaxTag && assign_text(t, w.what.tag);
     },
     "a tag of up to 128 bytes"},
    {"all",
     [](const auto& t, Wanted& w) {
       w.all = t == "true";
       return w.all;
     },
     "true"},
};

bool names_something(const policy::CachePurge& what) {
  return !(what.host.empty() && what.path.empty() && what.prefix.empty() && what.tag.empty());
}

}  // namespace

Params to_params(const policy::CachePurge& what) {
  Params params;
  const auto add = [&params](const char* name, const std::string& value) {
    if (!value.empty()) params.emplace_back(name, value);
  };
  add("host", what.host);
  add("path", what.path);
  add("prefix", what.prefix);
  add("tag", what.tag);
  if (params.empty()) params.emplace_back("all", "true");
  return params;
}

std::vector<ParamText> cache_purge_texts() {
  return texts_of(kPurgeParams);
}

Result<policy::CachePurge, ParamError> parse_cache_purge(const Params& params) {
  Wanted wanted;
  if (auto wrong = read_all(params, kPurgeParams, wanted)) return *wrong;
  if (wanted.all == names_something(wanted.what)) {
    return ParamError{"it takes host, path, prefix or tag, or else all=true"};
  }
  return wanted.what;
}

void to_json(json& out, const CacheReport& report) {
  out = {{"format", kFormat}};
  for (const Number& number : kNumbers)
    out[number.name] = number.of(const_cast<CacheReport&>(report));
}

void from_json(const json& in, CacheReport& report) {
  for (const Number& number : kNumbers) read_field(in, number.name, number.of(report));
}

void to_json(json& out, const CachePurged& purged) {
  out = {{"format", kFormat}, {"dropped", purged.dropped}};
}

void from_json(const json& in, CachePurged& purged) {
  read_field(in, "dropped", purged.dropped);
}

}  // namespace gateway::control

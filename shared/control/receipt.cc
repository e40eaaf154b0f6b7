#include "shared/control/receipt.h"

#include "shared/control/json_fields.h"

namespace gateway::control {

using nlohmann::json;

static void to_json(json& out, const Reset& reset) {
  out = {{"what", reset.what}, {"why", reset.why}};
}

static void from_json(const json& in, Reset& reset) {
  read_field(in, "what", reset.what);
  read_field(in, "why", reset.why);
}

static void to_json(json& out, const Draining& draining) {
  out = {{"what", draining.what},
         {"requests", draining.requests ? json(*draining.requests) : json(nullptr)}};
}

static void from_json(const json& in, Draining& draining) {
  read_field(in, "what", draining.what);
  read_field(in, "requests", draining.requests);
}

void to_json(json& out, const Receipt& receipt) {
  out = {{"kept",
          {{"connections", receipt.connections},
           {"limit_counters", receipt.limit_counters},
           {"upstream_connections", receipt.pooled},
           {"breakers", receipt.breakers},
           {"breakers_total", receipt.breakers_total}}},
         {"reset", receipt.reset},
         {"draining", receipt.draining}};
}

void from_json(const json& in, Receipt& receipt) {
  const auto kept = in.find("kept");
  if (kept != in.end() && kept->is_object()) {
    read_field(*kept, "connections", receipt.connections);
    read_field(*kept, "limit_counters", receipt.limit_counters);
    read_field(*kept, "upstream_connections", receipt.pooled);
    read_field(*kept, "breakers", receipt.breakers);
    read_field(*kept, "breakers_total", receipt.breakers_total);
  }
  read_field(in, "reset", receipt.reset);
  read_field(in, "draining", receipt.draining);
}

}  // namespace gateway::control

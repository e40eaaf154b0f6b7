// A small laboratory service: the freezers, and where in them a sample stands.
//
//   GET /api/v1/freezers             all of them
//   GET /api/v1/samples/ID/place     freezer, rack and position of one sample
#include <httplib.h>

#include <nlohmann/json.hpp>
#include <string>

#include "examples/upstream/serve.h"

namespace {

using nlohmann::json;

constexpr int kPositions = 96;  // of a rack
constexpr int kRacks = 20;      // of a freezer

json freezers() {
  json list = json::array();
  list.push_back({{"name", "F1"}, {"celsius", -80}, {"racks", kRacks}});
  list.push_back({{"name", "F2"}, {"celsius", -20}, {"racks", kRacks}});
  return {{"freezers", list}};
}

// Samples are put away in the order in which they come.
json place(int id) {
  const int slot = id - 1;
  return {{"sample", id},
          {"freezer", slot / (kPositions * kRacks) % 2 == 0 ? "F1" : "F2"},
          {"rack", slot / kPositions % kRacks + 1},
          {"position", slot % kPositions + 1}};
}

void answer(httplib::Response& response, int status, const json& body) {
  response.status = status;
  response.set_content(body.dump(), "application/json");
}

}  // namespace

int main(int argc, char** argv) {
  httplib::Server server;
  server.Get("/api/v1/freezers", [](const httplib::Request&, httplib::Response& response) {
    answer(response, 200, freezers());
  });
  server.Get(R"(/api/v1/samples/(\d{1,9})/place)",
             [](const httplib::Request& request, httplib::Response& response) {
               const int id = std::stoi(request.matches[1]);
               if (id == 0) return answer(response, 404, {{"error", "no such sample"}});
               answer(response, 200, place(id));
             });
  return gateway::examples::serve(server, "storage", argc, argv);
}

// A small laboratory service: the samples that came in.
//
//   GET  /api/v1/samples         all of them
//   GET  /api/v1/samples/ID      one
//   POST /api/v1/samples         {"name": TEXT} → 201 with its id and Location
#include <httplib.h>

#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>

#include "examples/upstream/serve.h"

namespace {

using nlohmann::json;

// The service's whole state. Thread-safe.
class Samples {
 public:
  Samples() {
    add("blood, donor 12");
    add("saliva, donor 12");
    add("tissue, donor 31");
  }

  json all() const {
    const std::lock_guard lock(mutex_);
    json list = json::array();
    for (const auto& [id, name] : names_) list.push_back({{"id", id}, {"name", name}});
    return {{"samples", list}};
  }

  json one(int id) const {
    const std::lock_guard lock(mutex_);
    const auto found = names_.find(id);
    if (found == names_.end()) return nullptr;
    return {{"id", id}, {"name", found->second}};
  }

  int add(const std::string& name) {
    const std::lock_guard lock(mutex_);
    const int id = static_cast<int>(names_.size()) + 1;
    names_[id] = name;
    return id;
  }

 private:
  mutable std::mutex mutex_;
  std::map<int, std::string> names_;
};

void answer(httplib::Response& response, int status, const json& body) {
  response.status = status;
  response.set_content(body.dump(), "application/json");
}

void create(Samples& samples, const httplib::Request& request, httplib::Response& response) {
  const json body = json::parse(request.body, nullptr, /*allow_exceptions=*/false);
  if (!body.is_object() || !body.contains("name") || !body["name"].is_string()) {
    return answer(response, 400, {{"error", R"(expected {"name": TEXT})"}});
  }
  const int id = samples.add(body["name"].get<std::string>());
  response.set_header("Location", "/samples/" + std::to_string(id));
  answer(response, 201, samples.one(id));
}

}  // namespace

int main(int argc, char** argv) {
  Samples samples;
  httplib::Server server;
  server.Get("/api/v1/samples", [&](const httplib::Request&, httplib::Response& response) {
    answer(response, 200, samples.all());
  });
  server.Get(R"(/api/v1/samples/(\d{1,9}))",
             [&](const httplib::Request& request, httplib::Response& response) {
               const json sample = samples.one(std::stoi(request.matches[1]));
               if (sample.is_null()) return answer(response, 404, {{"error", "no such sample"}});
               answer(response, 200, sample);
             });
  server.Post("/api/v1/samples", [&](const httplib::Request& request, httplib::Response& response) {
    create(samples, request, response);
  });
  return gateway::examples::serve(server, "samples", argc, argv);
}

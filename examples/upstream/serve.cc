#include "examples/upstream/serve.h"

#include <httplib.h>

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

namespace gateway::examples {

int serve(httplib::Server& server, const std::string& name, int argc, char** argv) {
  // cpp-httplib holds a thread for every connection, and a gateway keeps connections open.
  server.new_task_queue = [] { return new httplib::ThreadPool(64); };
  server.set_keep_alive_max_count(100'000);
  server.set_keep_alive_timeout(60);
  server.set_tcp_nodelay(true);
  server.set_payload_max_length(64 * 1024);

  server.Get("/health", [name](const httplib::Request&, httplib::Response& response) {
    const nlohmann::json answer = {{"status", "healthy"}, {"service", name}};
    response.set_content(answer.dump(), "application/json");
  });

  int port = argc > 1 ? std::atoi(argv[1]) : 0;
  if (port == 0) {
    port = server.bind_to_any_port("127.0.0.1");
  } else if (!server.bind_to_port("127.0.0.1", port)) {
    port = -1;
  }
  if (port < 0) {
    std::fprintf(stderr, "%s: cannot listen on 127.0.0.1:%s; is the port in use?\n", name.c_str(),
                 argc > 1 ? argv[1] : "0");
    return 1;
  }
  std::printf("%s listens on http://127.0.0.1:%d\n", name.c_str(), port);
  std::fflush(stdout);
  return server.listen_after_bind() ? 0 : 1;
}

}  // namespace gateway::examples

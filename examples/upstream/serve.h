#pragma once

#include <string>

namespace httplib {
class Server;
}

namespace gateway::examples {

// Adds GET /health, then serves on 127.0.0.1 until the process is told to end. The port is the
// program's only argument; 0, or none, lets the kernel choose. Prints "<name> listens on
// http://127.0.0.1:<port>" once connections are accepted. Returns an exit status.
int serve(httplib::Server& server, const std::string& name, int argc, char** argv);

}  // namespace gateway::examples

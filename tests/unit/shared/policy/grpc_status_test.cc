#include "shared/policy/grpc_status.h"

#include <doctest/doctest.h>

using namespace gateway;
using namespace gateway::policy;

TEST_CASE("a message is of gRPC by its type alone") {
  for (const char* type : {"application/grpc", "application/grpc+proto", "Application/gRPC",
                           "application/grpc;charset=utf-8", "application/grpc ; x"}) {
    CAPTURE(type);
    CHECK(is_grpc(type));
  }
  for (const char* type :
       {"", "application/grp", "application/grpc-web", "application/grpc-web+proto",
        "application/grpcx", "text/application/grpc"}) {
    CAPTURE(type);
    CHECK_FALSE(is_grpc(type));
  }
}

TEST_CASE("every refusal and failure has a status that is not OK") {
  for (const DeciderInfo& what : all_deciders()) {
    CAPTURE(what.name);
    const unsigned status = grpc_status(what.decider);
    CHECK(status >= 1);
    CHECK(status <= 16);
  }
  CHECK(grpc_status(Decider::rate_limited) == 8);
  CHECK(grpc_status(Decider::no_route) == 12);
  CHECK(grpc_status(Decider::unauthenticated) == 16);
  CHECK(grpc_status(Decider::upstream_connect) == 14);
  CHECK(grpc_status(Decider::upstream_timeout) == 4);
}

TEST_CASE("the message is percent-encoded") {
  std::string lines;
  append_grpc_status({Decider::no_route, "100 % of it\nü"}, lines);
  CHECK(lines == "grpc-status: 12\r\ngrpc-message: 100 %25 of it%0A%C3%BC\r\n");
}

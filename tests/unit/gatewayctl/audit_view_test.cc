#include "gatewayctl/render/audit_view.h"

#include <doctest/doctest.h>

using namespace gateway;
using namespace gateway::ctl;

TEST_CASE("the audit shows who called, from where, and what came of it") {
  store::AuditEntry done;
  done.time = 1'767'225'600'000'000;  // 2026-01-01
  done.by = "root";
  done.role = "admin";
  done.method = "POST";
  done.path = "/api/v1/gateway/reload";
  done.status = 200;
  done.revision = 42;
  store::AuditEntry refused = done;
  refused.by = "graf\x1b[2Jana";
  refused.role = "viewer";
  refused.address = "192.0.2.1:5555";
  refused.status = 403;
  refused.detail = "it takes operator";
  const std::string text = render_audit({{refused, done}}, false);
  CHECK(text.find("graf\\x1b[2Jana") != text.npos);
  CHECK(text.find("192.0.2.1:5555   403      POST /api/v1/gateway/reload") != text.npos);
  CHECK(text.find("it takes operator\n") != text.npos);
  CHECK(text.find("2026-01-01T00:00:00.000Z") != text.npos);
  CHECK(text.find("socket") != text.npos);
  CHECK(render_audit({}, false) == "No changes.\n");
  CHECK(render_audit({{refused}}, true).find("\x1b[31m403") != std::string::npos);
}

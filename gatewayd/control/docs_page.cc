#include "gatewayd/control/docs_page.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "gatewayd/control/endpoint.h"
#include "gatewayd/control/openapi.h"
#include "shared/base/markup.h"

namespace gateway::control {
namespace {

constexpr char kStyle[] = R"(
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 3rem; border-bottom: 1px solid #8884; }
h3 { font: 600 1rem/1.5 ui-monospace, monospace; margin: 2rem 0 0; }
h3 b { display: inline-block; min-width: 4.5rem; }
.role { font: 0.8rem system-ui, sans-serif; padding: 0.1rem 0.5rem; border: 1px solid #8888;
  border-radius: 1rem; margin-left: 0.5rem; }
table { border-collapse: collapse; }
td { padding: 0.1rem 1.5rem 0.1rem 0; vertical-align: top; }
code, pre { font-family: ui-monospace, monospace; font-size: 0.9rem; }
pre { overflow-x: auto; background: #8881; padding: 0.7rem; border-radius: 0.3rem; }
)";

std::string section_of(const Endpoint& endpoint) {
  std::string out = fmt::format("<h3><b>{}</b> {} <span class=\"role\">{}</span></h3>\n<p>{}</p>\n",
                                endpoint.method, escape_markup(endpoint.path),
                                name_of(endpoint.role), escape_markup(endpoint.summary));
  if (endpoint.params != nullptr) {
    out += "<table>\n";
    for (const ParamText& param : endpoint.params()) {
      out += fmt::format("<tr><td><code>?{}=</code></td><td>{}</td></tr>\n",
                         escape_markup(param.name), escape_markup(param.takes));
    }
    out += "</table>\n";
  }
  if (!endpoint.body.empty()) {
    out += fmt::format(
        "<p>Takes a body of JSON, <code>{}</code> of <a href=\"openapi.json\">"
        "openapi.json</a>{}.</p>\n",
        endpoint.body, endpoint.takes_etag ? ", and an <code>If-Match</code>" : "");
  }
  out += fmt::format("<p>Answers {}: {}</p>\n", endpoint.reply.status,
                     escape_markup(endpoint.reply.what));
  if (endpoint.reply.sample != nullptr) {
    out += fmt::format("<details><summary>Its form</summary><pre>{}</pre></details>\n",
                       escape_markup(endpoint.reply.sample().dump(2)));
  }
  return out;
}

}  // namespace

std::string docs_page() {
  std::string page = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width\">\n"
      "<title>gatewayd control API</title>\n<style>{}</style>\n</head>\n<body>\n"
      "<h1>gatewayd {} control API</h1>\n"
      "<p>Over the Unix socket <code>control.socket</code>, whose mode says who may call; over TCP "
      "at <code>control.listen</code> with <code>Authorization: Bearer TOKEN</code>. A viewer "
      "looks, an operator reloads and moves breakers as well, an admin changes the configuration. "
      "What goes wrong is answered as <code>application/problem+json</code>, with a JSON pointer "
      "to each field that is not right.</p>\n",
      kStyle, GATEWAYD_VERSION);
  for (const Room& room : rooms()) {
    page +=
        fmt::format("<h2 id=\"{0}\">{0}</h2>\n<p>{1}</p>\n", room.name, escape_markup(room.about));
    for (const Endpoint& endpoint : room.endpoints) page += section_of(endpoint);
  }
  return page + "</body>\n</html>\n";
}

}  // namespace gateway::control

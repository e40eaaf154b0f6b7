#pragma once

#include <charconv>
#include <memory>
#include <string>
#include <string_view>

#include "shared/decision/exchange.h"
#include "shared/decision/explain_request.h"

namespace gateway::decision {

// `request` as the exchange sees it; views of the request and of itself.
struct Asked {
  std::string client_text;
  Fields fields;
  Exchange x;

  explicit Asked(const ExplainRequest& request) : client_text(to_string(request.client)) {
    if (!request.authority.empty()) add("Host", request.authority);
    for (const auto& [name, value] : request.fields) add(name, value);
    x.time = request.time;
    x.peer = request.client;
    x.peer_text = x.client_text = client_text;
    x.secure = request.secure;
    x.method = request.method;
    x.authority = request.authority;
    x.raw_path = request.path;
    x.query = request.query;
    x.has_query = request.has_query;
    x.fields = &fields;
    measure_body(request);
    if (request.user.empty()) return;
    auto assumed = std::make_shared<policy::Identity>();
    assumed->user = request.user;
    assumed->method = "assumed";
    assumed->roles = request.roles;
    assumed->scopes = request.scopes;
    x.assumed = std::move(assumed);
  }

 private:
  void add(std::string_view name, std::string_view value) {
    fields.push_back({name, value, "", identify_field(name)});
  }

  void measure_body(const ExplainRequest& request) {
    if (request.body) {
      x.content_length = request.body->size();
    } else if (const Field* length = find_field(fields, FieldId::content_length)) {
      std::from_chars(length->value.data(), length->value.data() + length->value.size(),
                      x.content_length);
    }
    x.has_body = x.content_length > 0 || find_field(fields, FieldId::transfer_encoding) != nullptr;
  }
};

}  // namespace gateway::decision

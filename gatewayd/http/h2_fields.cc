#include "gatewayd/http/h2_fields.h"

#include "gatewayd/http/websocket_key.h"
#include "shared/base/append.h"
#include "shared/base/ascii.h"

namespace gateway::http {
namespace {

// Octets that would end a line of HTTP/1, and with it the field: a value that holds one is another
// message to the next reader (RFC 9113 §8.2.1).
bool breaks_lines(std::string_view text) {
  for (const char c : text) {
    if (c == '\r' || c == '\n' || c == '\0') return true;
  }
  return false;
}

// What has a meaning for one connection alone, which HTTP/2 says otherwise.
bool is_of_one_hop(FieldId id) {
  switch (id) {
    case FieldId::connection:
    case FieldId::keep_alive:
    case FieldId::proxy_connection:
    case FieldId::transfer_encoding:
    case FieldId::upgrade:
      return true;
    default:
      return false;
  }
}

std::optional<unsigned> parse_status(std::string_view text) {
  if (text.size() != 3) return std::nullopt;
  unsigned status = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    status = status * 10 + static_cast<unsigned>(c - '0');
  }
  return status;
}

}  // namespace

void H2HeadReader::begin(Kind kind, std::size_t max_size) {
  kind_ = kind;
  max_size_ = max_size;
  size_ = 0;
  too_large_ = malformed_ = has_length_ = has_host_ = false;
  status_ = 0;
  for (std::string* text : {&method_, &authority_, &path_, &protocol_, &host_, &cookie_, &lines_}) {
    text->clear();
  }
}

void H2HeadReader::add(std::string_view name, std::string_view value) {
  size_ += name.size() + value.size() + 4;  // with ": " and CRLF
  too_large_ |= size_ > max_size_;
  if (too_large_ || malformed_) return;
  if (name.empty() || breaks_lines(name) || breaks_lines(value)) return refuse();
  if (name.front() == ':') return add_pseudo(name.substr(1), value);
  const FieldId id = identify_field(name);
  if (id != FieldId::other) {
    if (is_of_one_hop(id)) return refuse();
    if (id == FieldId::te && !ascii_iequals(value, "trailers")) return refuse();
    if (id == FieldId::content_length) has_length_ = true;
    if (kind_ == Kind::request && id == FieldId::host) {
      if (has_host_) return refuse();
      has_host_ = true;
      host_ = value;
      return;
    }
    // Crumbs of one field (RFC 9113 §8.2.3).
    if (kind_ == Kind::request && id == FieldId::cookie) {
      if (!cookie_.empty()) cookie_.append("; ");
      cookie_.append(value);
      return;
    }
  }
  append_all(lines_, name, ": ", value, "\r\n");
}

// The decoder has seen to it that each stands once, and before the other fields.
void H2HeadReader::add_pseudo(std::string_view name, std::string_view value) {
  if (kind_ == Kind::response && name == "status") {
    status_ = parse_status(value).value_or(0);
  } else if (kind_ != Kind::request) {
    refuse();
  } else if (name == "method") {
    method_ = value;
  } else if (name == "path") {
    path_ = value;
  } else if (name == "authority") {
    authority_ = value;
  } else if (name == "protocol") {
    protocol_ = value;
  } else if (name != "scheme") {
    refuse();
  }
}

bool H2HeadReader::asks_for_tunnel() const {
  return method_ == "CONNECT" && ascii_iequals(protocol_, "websocket");
}

bool H2HeadReader::write_request(bool open, std::string& out) const {
  if (malformed_ || method_.empty()) return false;
  // Two names of the host could be taken for two hosts (RFC 9113 §8.3.1).
  if (has_host_ && !authority_.empty() && !ascii_iequals(host_, authority_)) {
    return false;
  }
  const std::string_view host = authority_.empty() ? std::string_view(host_) : authority_;
  const bool connects = method_ == "CONNECT";
  const bool tunnels = asks_for_tunnel();
  if (!protocol_.empty() && (!connects || (tunnels && has_length_))) return false;
  // A path alone: the forms of HTTP/1 that name a host would name it a second time.
  if ((!connects || tunnels) && !path_.starts_with('/') && path_ != "*") return false;
  const std::string_view target = connects && !tunnels ? host : std::string_view(path_);
  append_all(out, tunnels ? std::string_view("GET") : std::string_view(method_), " ", target,
             " HTTP/1.1\r\n");
  if (has_host_ || !authority_.empty()) append_all(out, "Host: ", host, "\r\n");
  out.append(lines_);
  if (!cookie_.empty()) append_all(out, "cookie: ", cookie_, "\r\n");
  if (tunnels) {
    append_all(out, "Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: ",
               make_websocket_key(), "\r\n");
  } else if (open && !has_length_) {
    out.append("Transfer-Encoding: chunked\r\n");
  }
  out.append("\r\n");
  return true;
}

bool H2HeadReader::write_response(bool open, bool to_head, std::string& out) const {
  if (malformed_ || status_ < 100 || status_ > 599) return false;
  // HTTP/2 has no such answer (RFC 9113 §8.6).
  if (status_ == 101) return false;
  const char digits[] = {static_cast<char>('0' + status_ / 100),
                         static_cast<char>('0' + status_ / 10 % 10),
                         static_cast<char>('0' + status_ % 10)};
  append_all(out, "HTTP/1.1 ", std::string_view(digits, 3), " \r\n");
  out.append(lines_);
  const bool may_have_body = !to_head && status_ >= 200 && status_ != 204 && status_ != 304;
  if (may_have_body && !has_length_) {
    out.append("Transfer-Encoding: chunked\r\n");
  } else if (open && !may_have_body && status_ >= 200) {
    return to_head;  // a body where none can be
  }
  out.append("\r\n");
  return true;
}

bool H2HeadReader::write_switch(std::string_view accept, std::string& out) const {
  if (malformed_ || has_length_) return false;
  append_all(out,
             "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n",
             "Sec-WebSocket-Accept: ", accept, "\r\n", lines_, "\r\n");
  return true;
}

bool H2HeadReader::write_trailers(std::string& out) const {
  if (malformed_ || too_large_) return false;
  out.append(lines_);
  return true;
}

void H2FieldList::add(std::string_view name, std::string_view value, bool indexed) {
  nghttp2_nv field;
  // The encoder takes pointers to what it will not change.
  field.name = reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data()));
  field.value = reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data()));
  field.namelen = name.size();
  field.valuelen = value.size();
  field.flags = indexed ? NGHTTP2_NV_FLAG_NONE : NGHTTP2_NV_FLAG_NO_INDEX;
  fields_.push_back(field);
}

void H2FieldList::add(const Field& field) {
  if (field.id == FieldId::other) return add(field.name, field.value);
  if (is_of_one_hop(field.id)) return;
  if (field.id == FieldId::te && !ascii_iequals(field.value, "trailers")) return;
  // Another one each time: in the table it would only push others out.
  add(field.name, field.value, field.id != FieldId::x_request_id);
}

}  // namespace gateway::http

#pragma once

#include <nghttp2/nghttp2.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gatewayd/http/head.h"

namespace gateway::http {

// Between the fields of HTTP/2 (RFC 9113 §8) and the heads of HTTP/1. All that is decided about a
// message is decided about the latter, so that there is one strict reader of heads and no second
// reading of any.

// Puts a head together from the fields of one block as they come. One for each connection: blocks
// do not interleave.
class H2HeadReader {
 public:
  enum class Kind : std::uint8_t { request, response, trailers };

  // Forgets what it had. `max_size`: of names and values in all; beyond it nothing is kept.
  void begin(Kind kind, std::size_t max_size);
  void add(std::string_view name, std::string_view value);
  // The decoder came upon a field that no message may have.
  void refuse() { malformed_ = true; }

  bool too_large() const { return too_large_; }
  // All that was decoded, kept or not, in bytes.
  std::size_t size() const { return size_; }

  // Appends the head, its empty line included, to `out`; false: it is malformed. `open`: a body
  // follows (chunked where no length is stated).
  bool write_request(bool open, std::string& out) const;
  // An extended CONNECT (RFC 8441), written as a request to upgrade with a key of this side's.
  bool asks_for_tunnel() const;
  // The same for an answer; false: it is malformed. `to_head`: the request was HEAD.
  bool write_response(bool open, bool to_head, std::string& out) const;
  // The same for the answer that opens a tunnel: as one that switches protocols.
  bool write_switch(std::string_view accept, std::string& out) const;
  // Trailer lines; false: they are malformed.
  bool write_trailers(std::string& out) const;

  unsigned status() const { return status_; }      // of an answer; 0: none
  bool has_length() const { return has_length_; }  // Content-Length
  std::string_view method() const { return method_; }

 private:
  void add_pseudo(std::string_view name, std::string_view value);

  Kind kind_ = Kind::request;
  std::size_t max_size_ = 0;
  std::size_t size_ = 0;
  bool too_large_ = false;
  bool malformed_ = false;
  bool has_length_ = false;
  bool has_host_ = false;
  unsigned status_ = 0;
  std::string method_;
  std::string authority_;
  std::string path_;
  std::string protocol_;
  std::string host_;
  std::string cookie_;
  std::string lines_;
};

// Fields as the encoder takes them; views of a head, which must stay.
class H2FieldList {
 public:
  void clear() { fields_.clear(); }
  void add(std::string_view name, std::string_view value, bool indexed = true);
  // Unless it is one of a single hop, which HTTP/2 has no place for (RFC 9113 §8.2.2).
  void add(const Field& field);

  const nghttp2_nv* data() const { return fields_.data(); }
  std::size_t size() const { return fields_.size(); }

 private:
  std::vector<nghttp2_nv> fields_;
};

}  // namespace gateway::http

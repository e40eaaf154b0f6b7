#pragma once

#include <string_view>

namespace gateway::policy {

// The text fields of a multipart/form-data body (RFC 7578), one after the other. Parts that have a
// file name are files and are passed over, as are parts whose head is no head. Takes any octets; of
// a body that was cut off it gives what is there. Time is linear in the body.
class MultipartFields {
 public:
  // Both must outlive this. Without a boundary there are no fields.
  MultipartFields(std::string_view body, std::string_view boundary);

  // Moves on to the next text field; false when there is none.
  bool next();

  std::string_view name() const { return name_; }
  std::string_view value() const { return value_; }

 private:
  bool take_part(std::string_view& part);

  std::string_view rest_;
  std::string_view boundary_;
  std::string_view name_;
  std::string_view value_;
};

// The boundary parameter of a Content-Type; empty when it has none or one past the 70 octets of
// RFC 2046 §5.1.1.
std::string_view multipart_boundary(std::string_view content_type);

}  // namespace gateway::policy

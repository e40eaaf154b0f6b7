#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/fields.h"
#include "shared/config/model.h"
#include "shared/policy/content_coding.h"

namespace gateway::policy {

// An answer before it is sent, as far as compressing it matters.
struct CodableAnswer {
  std::uint16_t status = 0;
  const Fields& fields;
  std::optional<std::uint64_t> length;  // of its content; none: not known ahead
};

// Which answers of a route are compressed. Compiled once, const while served.
class CompressRules {
 public:
  CompressRules() = default;  // none
  CompressRules(const config::Compression& all, std::optional<config::CompressMode> route);

  bool off() const { return mode_ == config::CompressMode::off; }

  struct Verdict {
    std::optional<Coding> coding;  // none: it goes as it is
    bool varies = false;           // another Accept-Encoding may make another answer of it
    const char* why = "";          // a static sentence, when it goes as it is
  };
  // `has_secrets`: the request had credentials or cookies. What is compressed already is never
  // compressed again, nor what says no-transform, a part of something (206), events
  // (text/event-stream) and gRPC, which are to arrive as they are written.
  //
  // Whoever can have a client ask for what they chose, and see how long the compressed answers are,
  // can guess what else is in them (BREACH). So in mode safe, answers to requests with credentials
  // or cookies, and those that set cookies, go as they are.
  Verdict judge(const Fields& request, bool has_secrets, const CodableAnswer& answer) const;
  // The part of it that the request alone decides: of an answer that nothing of its own keeps as it
  // is.
  Verdict judge_request(const Fields& request, bool has_secrets) const;

  std::uint64_t min_size() const { return min_size_; }

 private:
  struct Type {
    std::string begin;  // in lower case, before the asterisk
    std::string end;    // after it
    bool whole = false;
  };
  bool takes_type(std::string_view type) const;

  config::CompressMode mode_ = config::CompressMode::off;
  std::vector<Coding> codings_;
  std::vector<Type> types_;
  std::uint64_t min_size_ = 0;
};

// Whether a request has what a compressed answer may give away.
bool has_secrets(const Fields& request);

// "text/*", "application/json": a media type, or one with "*" in it.
bool is_type_pattern(std::string_view text);

// Fields of an answer that tell of its content as it was before it was compressed.
bool is_of_plain_content(const Field& field);

}  // namespace gateway::policy

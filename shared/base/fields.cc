#include "shared/base/fields.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <type_traits>
#include <utility>

namespace gateway {
namespace {

// A name in lower case, known when the program is built.
template <std::size_t Size>
struct Known {
  constexpr Known(const char (&literal)[Size]) {
    for (std::size_t i = 0; i + 1 < Size; ++i) {
      text[i] = literal[i];
      either_case[i] = literal[i] >= 'a' && literal[i] <= 'z' ? 0x20 : 0;
    }
  }
  static constexpr std::size_t kLength = Size - 1;
  char text[Size]{};
  char either_case[Size]{};  // the bits in which an octet may differ and still be the same letter
};

template <class Word>
Word load(const char* at) {
  Word word = 0;
  std::memcpy(&word, at, sizeof(word));
  return word;
}

// Whether `name`, of the same length, is kKnown in whatever case: a word at a time, of which the
// last may overlap the one before.
template <Known kKnown, class Word, std::size_t... kIndex>
bool same_words(const char* name, std::index_sequence<kIndex...>) {
  static constexpr Known kHere = kKnown;
  constexpr std::size_t kLast = kHere.kLength - sizeof(Word);
  const auto differs = [name](std::size_t at) -> Word {
    return (load<Word>(name + at) | load<Word>(kHere.either_case + at)) ^
           load<Word>(kHere.text + at);
  };
  return (differs(std::min(kIndex * sizeof(Word), kLast)) | ...) == 0;
}

// `id` when `name` is kKnown, whose length it has.
template <Known kKnown>
FieldId either(std::string_view name, FieldId id) {
  constexpr std::size_t kLength = kKnown.kLength;
  using Word = std::conditional_t<kLength >= 8, std::uint64_t,
                                  std::conditional_t<kLength >= 4, std::uint32_t, std::uint16_t>>;
  constexpr std::size_t kWords = (kLength + sizeof(Word) - 1) / sizeof(Word);
  const bool same = same_words<kKnown, Word>(name.data(), std::make_index_sequence<kWords>());
  return same ? id : FieldId::other;
}

}  // namespace

// By length first: nearly every name is told apart by it alone, and one comparison is left.
FieldId identify_field(std::string_view name) {
  using enum FieldId;
  switch (name.size()) {
    case 2:
      return either<"te">(name, te);
    case 3:
      return ascii_lower(name[0]) == 'v' ? either<"via">(name, via) : either<"age">(name, age);
    case 4:
      switch (ascii_lower(name[0])) {
        case 'h':
          return either<"host">(name, host);
        case 'v':
          return either<"vary">(name, vary);
        case 'e':
          return either<"etag">(name, etag);
        default:
          return either<"date">(name, date);
      }
    case 5:
      return either<"range">(name, range);
    case 6:
      switch (ascii_lower(name[0])) {
        case 'c':
          return either<"cookie">(name, cookie);
        case 'o':
          return either<"origin">(name, origin);
        default:
          return either<"expect">(name, expect);
      }
    case 7:
      return ascii_lower(name[0]) == 'u' ? either<"upgrade">(name, upgrade)
                                         : either<"trailer">(name, trailer);
    case 9:
      return either<"forwarded">(name, forwarded);
    case 10:
      switch (ascii_lower(name[0])) {
        case 'c':
          return either<"connection">(name, connection);
        case 's':
          return either<"set-cookie">(name, set_cookie);
        case 't':
          return either<"tracestate">(name, tracestate);
        default:
          return either<"keep-alive">(name, keep_alive);
      }
    case 11:
      return either<"traceparent">(name, traceparent);
    case 12:
      switch (ascii_lower(name[0])) {
        case 'x':
          return either<"x-request-id">(name, x_request_id);
        case 'c':
          return either<"content-type">(name, content_type);
        default:
          return either<"max-forwards">(name, max_forwards);
      }
    case 13:
      switch (ascii_lower(name[0])) {
        case 'a':
          return either<"authorization">(name, authorization);
        case 'c':
          return either<"cache-control">(name, cache_control);
        default:
          return either<"if-none-match">(name, if_none_match);
      }
    case 14:
      return either<"content-length">(name, content_length);
    case 15:
      return ascii_lower(name[0]) == 'x' ? either<"x-forwarded-for">(name, x_forwarded_for)
                                         : either<"accept-encoding">(name, accept_encoding);
    case 16:
      switch (ascii_lower(name[0])) {
        case 'x':
          return either<"x-forwarded-host">(name, x_forwarded_host);
        case 'c':
          return either<"content-encoding">(name, content_encoding);
        default:
          return either<"proxy-connection">(name, proxy_connection);
      }
    case 17:
      switch (ascii_lower(name[0])) {
        case 'x':
          return either<"x-forwarded-proto">(name, x_forwarded_proto);
        case 'i':
          return either<"if-modified-since">(name, if_modified_since);
        default:
          return either<"transfer-encoding">(name, transfer_encoding);
      }
    case 18:
      return either<"proxy-authenticate">(name, proxy_authenticate);
    case 19:
      return either<"proxy-authorization">(name, proxy_authorization);
    case 29:
      return either<"access-control-request-method">(name, access_control_request_method);
    default:
      return other;
  }
}

const Field* find_field(const Fields& fields, FieldId id) {
  const auto found =
      std::find_if(fields.begin(), fields.end(), [id](const Field& f) { return f.id == id; });
  return found == fields.end() ? nullptr : &*found;
}

const Field* find_field(const Fields& fields, std::string_view name) {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [name](const Field& f) { return ascii_iequals(f.name, name); });
  return found == fields.end() ? nullptr : &*found;
}

}  // namespace gateway

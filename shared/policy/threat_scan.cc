#include "shared/policy/threat_scan.h"

#include <algorithm>
#include <array>

#include "shared/base/ascii.h"
#include "shared/policy/json_strings.h"
#include "shared/policy/multipart_fields.h"
#include "shared/policy/percent_decode.h"
#include "shared/policy/threat_excerpt.h"

namespace gateway::policy {
namespace {

// What the octets of a text say about it, as bits.
constexpr std::uint8_t kSignal = 1;
constexpr std::uint8_t kUnderscore = 2;   // a signal when doubled
constexpr std::uint8_t kHyphen = 4;       // likewise
constexpr std::uint8_t kHiddenSpace = 8;  // may be, or begin, what SQL takes as white space

// Without a signal no built-in rule matches in a query or a body: most names, numbers, words and
// tokens have none. Octets past ASCII are those that begin an overlong form, and the Latin-1
// no-break space.
constexpr std::array<std::uint8_t, 256> classify_octets() {
  std::array<std::uint8_t, 256> octets{};
  for (unsigned c = 0; c <= ' '; ++c) octets[c] = kSignal;
  constexpr std::string_view kSignals = "\"#$%&'()*./;<>@[\\`{|}\x7f\xa0\xc0\xc1\xe0\xf0";
  for (const char c : kSignals) octets[static_cast<unsigned char>(c)] = kSignal;
  octets['_'] = kUnderscore;
  octets['-'] = kHyphen;
  for (const unsigned c : {0x0bu, 0x2au, 0xa0u}) octets[c] |= kHiddenSpace;  // 0x2a: of a comment
  return octets;
}
constexpr std::array<std::uint8_t, 256> kOctets = classify_octets();

std::uint8_t octets_of(std::string_view text) {
  std::uint8_t seen = 0;
  for (const char c : text) seen |= kOctets[static_cast<unsigned char>(c)];
  return seen;
}

bool is_plain(std::string_view text, std::uint8_t octets) {
  if ((octets & kSignal) != 0) return false;
  const bool underscores = (octets & kUnderscore) != 0 && text.find("__") != std::string_view::npos;
  const bool hyphens = (octets & kHyphen) != 0 && text.find("--") != std::string_view::npos;
  return !underscores && !hyphens;
}

// Methods of RFC 9110, RFC 5789, WebDAV (RFC 4918, 3253, 3744, 5323) and CalDAV (RFC 4791), without
// TRACE and CONNECT.
bool is_ordinary_method(std::string_view method) {
  static constexpr std::array<std::string_view, 24> kMethods = {
      "GET",     "HEAD",     "POST",     "PUT",        "PATCH",      "DELETE",
      "OPTIONS", "QUERY",    "PROPFIND", "PROPPATCH",  "MKCOL",      "COPY",
      "MOVE",    "LOCK",     "UNLOCK",   "REPORT",     "MKCALENDAR", "SEARCH",
      "ACL",     "CHECKOUT", "CHECKIN",  "MKACTIVITY", "MERGE",      "VERSION-CONTROL"};
  return std::find(kMethods.begin(), kMethods.end(), method) != kMethods.end();
}

// What SQL takes as white space, but patterns do not: comments, vertical tabs, the no-break space
// of Latin-1. The marks of a comment that MySQL runs are taken out, its content stays.
bool has_hidden_space(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\x0b' ||
        (c == '\xa0' && (at == 0 || static_cast<unsigned char>(text[at - 1]) < 0x80)))
      return true;
    if (c == '/' && at + 1 < text.size() && text[at + 1] == '*') return true;
  }
  return false;
}

void append_spaced(std::string_view text, std::string& out) {
  while (!text.empty()) {
    if (text.substr(0, 3) == "/*!") {
      text.remove_prefix(3);
      while (!text.empty() && text[0] >= '0' && text[0] <= '9') text.remove_prefix(1);
      out += ' ';
    } else if (text.substr(0, 2) == "/*") {
      const std::size_t end = text.find("*/", 2);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
      out += ' ';
    } else if (text.substr(0, 2) == "*/") {
      text.remove_prefix(2);
      out += ' ';
    } else {
      const char c = text[0];
      const bool lone = out.empty() || static_cast<unsigned char>(out.back()) < 0x80;
      out += c == '\x0b' || (c == '\xa0' && lone) ? ' ' : c;
      text.remove_prefix(1);
    }
  }
}

}  // namespace

// One scan: texts are collected in the scratch and matched together; only when something matches
// is each of them matched alone.
class ThreatScan {
 public:
  ThreatScan(const ThreatRules& rules, ThreatScratch& scratch, ThreatVerdict& verdict)
      : rules_(rules), scratch_(scratch), verdict_(verdict) {
    reset();
  }

  void head(const ThreatHead& head) {
    if (!is_ordinary_method(head.method)) shape(ThreatShape::method, kInMethod, {}, head.method);
    if (head.path.size() > kOrdinaryPath) shape(ThreatShape::path_size, kInPath, {}, head.path);
    add_encoded(kInPath, false, {}, head.path);
    add_pairs(kInQuery, head.query, kOrdinaryQueryPairs);
    for (const Field& field : head.fields) add_field(field);
    match();
  }

  void body(std::string_view content_type, std::string_view text) {
    switch (threat_body_kind(content_type)) {
      case ThreatBodyKind::unknown:
        return;
      case ThreatBodyKind::form:
        add_pairs(kInBody, text, kOrdinaryFormPairs);
        break;
      case ThreatBodyKind::json:
        add_json(text);
        break;
      case ThreatBodyKind::multipart:
        add_multipart(text, multipart_boundary(content_type));
        break;
    }
    match();
  }

 private:
  void reset() {
    scratch_.joined_.clear();
    scratch_.texts_.clear();
  }

  void add_field(const Field& field) {
    const auto& chosen = rules_.fields();
    const bool wanted = std::any_of(chosen.begin(), chosen.end(), [&](const std::string& name) {
      return ascii_iequals(name, field.name);
    });
    if (!wanted) return;
    const bool agent = ascii_iequals(field.name, "User-Agent");
    const ThreatPlaces place = agent ? kInUserAgent : kInHeader;
    if (field.value.size() > kOrdinaryValue) {
      shape(ThreatShape::value_size, place, field.name, field.value);
    }
    // Referer holds an encoded URL; products of a User-Agent are joined with plus signs as they
    // are.
    add_encoded(place, !agent, field.name, field.value);
  }

  void add_pairs(ThreatPlaces place, std::string_view form, std::size_t ordinary) {
    std::size_t count = 0;
    for_each_pair(form, [&](std::string_view name, std::string_view value) {
      ++count;
      if (name.size() > kOrdinaryName) shape(ThreatShape::name_size, place, name, name);
      if (value.size() > kOrdinaryValue && place == kInQuery) {
        shape(ThreatShape::value_size, place, name, value);
      }
      add_encoded(place, true, name, name);
      add_encoded(place, true, name, value);
    });
    if (count > ordinary) shape(ThreatShape::parameters, place, {}, {});
  }

  void add_json(std::string_view text) {
    JsonStrings strings(text);
    while (strings.next(scratch_.unescaped_)) add(kInBody, strings.key(), strings.text());
    if (strings.depth() > kOrdinaryJsonDepth) shape(ThreatShape::json_depth, kInBody, {}, {});
  }

  void add_multipart(std::string_view text, std::string_view boundary) {
    MultipartFields fields(text, boundary);
    while (fields.next()) {
      add(kInBody, fields.name(), fields.name());
      add(kInBody, fields.name(), fields.value());
    }
  }

  void add_encoded(ThreatPlaces place, bool plus_is_space, std::string_view name,
                   std::string_view text) {
    const bool encoded = text.find('%') != std::string_view::npos ||
                         (plus_is_space && text.find('+') != std::string_view::npos);
    if (!encoded) return add(place, name, text);
    scratch_.decoded_.clear();
    percent_decode(text, plus_is_space, scratch_.decoded_);
    add(place, name, scratch_.decoded_);
    if (!has_escape(scratch_.decoded_)) return;
    scratch_.twice_.clear();
    percent_decode(scratch_.decoded_, false, scratch_.twice_);
    add(place, name, scratch_.twice_);
  }

  void add(ThreatPlaces place, std::string_view name, std::string_view text) {
    if (text.empty()) return;
    const bool may_be_left = (place & (kInQuery | kInBody)) != 0 && !rules_.own_in(place);
    const std::uint8_t octets = octets_of(text);
    if (may_be_left && is_plain(text, octets)) return;
    push(place, name, text);
    if ((octets & kHiddenSpace) == 0 || !has_hidden_space(text)) return;
    scratch_.spaced_.clear();
    append_spaced(text, scratch_.spaced_);
    push(place, name, scratch_.spaced_);
  }

  void push(ThreatPlaces place, std::string_view name, std::string_view text) {
    std::string& joined = scratch_.joined_;
    if (!joined.empty() && joined.size() + text.size() >= kThreatPass) match();
    scratch_.texts_.push_back({place, joined.size(), text.size(), name});
    joined.append(text).append(1, '\n');
  }

  void match() {
    if (!scratch_.joined_.empty() && rules_.any(scratch_.joined_) != ThreatRules::Answer::none) {
      for (const auto& text : scratch_.texts_) match_alone(text);
    }
    reset();
  }

  void match_alone(const ThreatScratch::Text& at) {
    const auto text = std::string_view(scratch_.joined_).substr(at.start, at.size);
    const auto answer = rules_.all(text, at.place, scratch_.indices_, scratch_.matched_);
    if (answer == ThreatRules::Answer::out_of_memory) verdict_.out_of_memory = true;
    for (const ThreatRule* rule : scratch_.matched_) {
      if (is_new(*rule)) found(*rule, at.place, at.name, matched_part(*rule->pattern, text));
    }
  }

  void shape(ThreatShape shape, ThreatPlaces place, std::string_view name, std::string_view text) {
    const ThreatRule* rule = rules_.shape(shape);
    if (rule != nullptr && is_new(*rule)) found(*rule, place, name, text);
  }

  bool is_new(const ThreatRule& rule) const {
    const auto& found = verdict_.findings;
    return found.size() < kMaxThreatFindings &&
           std::none_of(found.begin(), found.end(),
                        [&](const ThreatFinding& earlier) { return earlier.rule == &rule; });
  }

  void found(const ThreatRule& rule, ThreatPlaces place, std::string_view name,
             std::string_view text) {
    verdict_.findings.push_back(
        {&rule, place, masked(name, kMaxThreatExcerpt), masked(text, kMaxThreatExcerpt)});
  }

  const ThreatRules& rules_;
  ThreatScratch& scratch_;
  ThreatVerdict& verdict_;
};

ThreatBodyKind threat_body_kind(std::string_view content_type) {
  const std::string_view type = trim_ows(content_type.substr(0, content_type.find(';')));
  const auto ends_in = [&](std::string_view end) {
    return type.size() >= end.size() && ascii_iequals(type.substr(type.size() - end.size()), end);
  };
  if (ascii_iequals(type, "application/x-www-form-urlencoded")) return ThreatBodyKind::form;
  if (ascii_iequals(type, "multipart/form-data")) return ThreatBodyKind::multipart;
  return ends_in("/json") || ends_in("+json") ? ThreatBodyKind::json : ThreatBodyKind::unknown;
}

void scan_threats(const ThreatRules& rules, const ThreatHead& head, ThreatScratch& scratch,
                  ThreatVerdict& verdict) {
  ThreatScan(rules, scratch, verdict).head(head);
}

void scan_threats(const ThreatRules& rules, std::string_view content_type, std::string_view body,
                  ThreatScratch& scratch, ThreatVerdict& verdict) {
  ThreatScan(rules, scratch, verdict).body(content_type, body);
}

}  // namespace gateway::policy

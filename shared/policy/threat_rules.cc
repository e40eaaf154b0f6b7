#include "shared/policy/threat_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "shared/config/suggest.h"

namespace gateway::policy {
namespace {

constexpr std::array<std::pair<std::string_view, ThreatPlaces>, 4> kPlaceNames = {
    {{"path", kInPath}, {"query", kInQuery}, {"header", kInFields}, {"body", kInBody}}};

RE2::Options options(std::int64_t max_memory) {
  RE2::Options options;
  options.set_encoding(RE2::Options::EncodingLatin1);
  options.set_case_sensitive(false);
  options.set_log_errors(false);
  options.set_max_mem(max_memory);
  return options;
}

// Several texts are matched at once with line ends between them, so ^ and $ must hold there.
std::string by_line(std::string_view pattern) {
  return fmt::format("(?m:{})", pattern);
}

// Where a pattern asks for the ends of the text as a whole; npos when it does not.
std::size_t find_text_anchor(std::string_view pattern) {
  for (std::size_t at = 0; at + 1 < pattern.size(); ++at) {
    if (pattern[at] != '\\') continue;
    if (pattern[at + 1] == 'Q') return std::string_view::npos;  // literal text follows
    if (pattern[at + 1] == 'A' || pattern[at + 1] == 'z') return at;
    ++at;
  }
  return std::string_view::npos;
}

ThreatFault fault(std::size_t offset, std::string message) {
  return {{}, offset, std::move(message)};
}

}  // namespace

std::optional<ThreatFault> check_threat_pattern(std::string_view pattern) {
  if (pattern.empty()) return fault(0, "expected a pattern");
  if (pattern.size() > kMaxThreatPattern) {
    return fault(kMaxThreatPattern,
                 fmt::format("a pattern has at most {} bytes", kMaxThreatPattern));
  }
  const RE2 compiled(re2::StringPiece(pattern.data(), pattern.size()), options(kThreatRuleMemory));
  if (!compiled.ok()) {
    const std::size_t at =
        compiled.error_arg().empty() ? std::string_view::npos : pattern.find(compiled.error_arg());
    return fault(at == std::string_view::npos ? 0 : at,
                 fmt::format("not a pattern of RE2: {}", compiled.error()));
  }
  if (const std::size_t at = find_text_anchor(pattern); at != std::string_view::npos) {
    return fault(at, "use ^ and $, which stand for the ends of a text and of its lines");
  }
  if (RE2::PartialMatch("", compiled)) {
    return fault(0, "the pattern matches an empty text, and so every request");
  }
  return std::nullopt;
}

// Collects rules and faults; all faults of a config are told in one run.
class ThreatRules::Compiler {
 public:
  Compiler(const config::Security& security, std::int64_t max_memory)
      : security_(security), built_(RE2::Set(options(max_memory), RE2::UNANCHORED)) {
    built_.shapes_.fill(-1);
    built_.fields_ = security.threat_headers;
  }

  Result<ThreatRules, std::vector<ThreatFault>> compile() {
    check_disabled();
    for (const BuiltInThreat& rule : built_in_threats()) {
      if (rule.shape == ThreatShape::none && !is_disabled(rule.id)) add_built_in(rule);
    }
    add_own();
    built_.patterns_ = built_.rules_.size();
    for (const BuiltInThreat& rule : built_in_threats()) {
      if (rule.shape != ThreatShape::none && !is_disabled(rule.id)) add_shape(rule);
    }
    if (faults_.empty() && !built_.set_.Compile()) {
      refuse({}, 0, "the threat rules need more memory together than they may take");
    }
    if (!faults_.empty()) return std::move(faults_);
    return std::move(built_);
  }

 private:
  void refuse(config::Place place, std::size_t offset, std::string message) {
    faults_.push_back({place, offset, std::move(message)});
  }

  bool is_disabled(std::string_view id) const {
    return std::any_of(security_.threat_disable.begin(), security_.threat_disable.end(),
                       [&](const auto& disabled) { return disabled.value == id; });
  }

  static bool is_built_in(std::string_view id) {
    const auto rules = built_in_threats();
    return std::any_of(rules.begin(), rules.end(), [&](const auto& rule) { return rule.id == id; });
  }

  void check_disabled() {
    std::vector<std::string_view> ids;
    for (const BuiltInThreat& rule : built_in_threats()) ids.push_back(rule.id);
    for (const auto& disabled : security_.threat_disable) {
      if (is_built_in(disabled.value)) continue;
      refuse(disabled.place, 0,
             fmt::format("no rule \"{}\" is built in; {}", disabled.value,
                         config::did_you_mean(disabled.value, ids,
                                              "rules of the config are "
                                              "taken out where they stand")));
    }
  }

  void add_built_in(const BuiltInThreat& rule) {
    add({std::string(rule.id), rule.kind, rule.in, std::string(rule.reason), nullptr}, rule.pattern,
        {});
  }

  void add_shape(const BuiltInThreat& rule) {
    built_.shapes_[static_cast<std::size_t>(rule.shape)] =
        static_cast<std::int16_t>(built_.rules_.size());
    built_.rules_.push_back(
        {std::string(rule.id), rule.kind, rule.in, std::string(rule.reason), nullptr});
  }

  void add_own() {
    if (security_.threat_rules.size() > kMaxOwnThreats) {
      return refuse(security_.threat_rules[kMaxOwnThreats].place, 0,
                    fmt::format("at most {} rules can be added", kMaxOwnThreats));
    }
    for (const config::ThreatRule& rule : security_.threat_rules) {
      if (auto wrong = check_threat_pattern(rule.pattern.value)) {
        refuse(rule.pattern.place ? rule.pattern.place : rule.place, wrong->offset,
               std::move(wrong->message));
        continue;
      }
      if (!check_id(rule)) continue;
      const auto places = places_of(rule);
      if (!places) continue;
      built_.own_in_ |= *places;
      add({rule.id, ThreatClass::own, *places, "a rule of the config", nullptr}, rule.pattern.value,
          rule.pattern.place);
    }
  }

  bool check_id(const config::ThreatRule& rule) {
    const bool twice = std::any_of(built_.rules_.begin(), built_.rules_.end(),
                                   [&](const ThreatRule& known) { return known.id == rule.id; });
    if (rule.id.empty()) {
      refuse(rule.place, 0, "a rule needs an id");
    } else if (twice || is_built_in(rule.id)) {
      refuse(rule.place, 0, fmt::format("another rule has the id \"{}\" already", rule.id));
    }
    return !rule.id.empty() && !twice && !is_built_in(rule.id);
  }

  std::optional<ThreatPlaces> places_of(const config::ThreatRule& rule) {
    if (rule.in.empty()) return kInAll;
    ThreatPlaces places = 0;
    for (const std::string& name : rule.in) {
      const auto known = std::find_if(kPlaceNames.begin(), kPlaceNames.end(),
                                      [&](const auto& place) { return place.first == name; });
      if (known == kPlaceNames.end()) {
        refuse(
            rule.place, 0,
            fmt::format("\"{}\" is no place to look at; path, query, header and body are", name));
        return std::nullopt;
      }
      places |= known->second;
    }
    return places;
  }

  // The pattern's index in the set is the rule's in rules_.
  void add(ThreatRule rule, std::string_view pattern, config::Place place) {
    const std::string lines = by_line(pattern);
    std::string error;
    if (built_.set_.Add(lines, &error) < 0) return refuse(place, 0, rule.id + ": " + error);
    rule.pattern = std::make_unique<const RE2>(lines, options(kThreatRuleMemory));
    built_.rules_.push_back(std::move(rule));
  }

  const config::Security& security_;
  ThreatRules built_;
  std::vector<ThreatFault> faults_;
};

Result<ThreatRules, std::vector<ThreatFault>> ThreatRules::compile(const config::Security& security,
                                                                   std::int64_t max_memory) {
  return Compiler(security, max_memory).compile();
}

const ThreatRule* ThreatRules::shape(ThreatShape shape) const {
  const std::int16_t index = shapes_[static_cast<std::size_t>(shape)];
  return index < 0 ? nullptr : &rules_[static_cast<std::size_t>(index)];
}

ThreatRules::Answer ThreatRules::any(std::string_view text) const {
  if (patterns_ == 0) return Answer::none;
  RE2::Set::ErrorInfo error{};
  if (set_.Match(re2::StringPiece(text.data(), text.size()), nullptr, &error)) return Answer::some;
  return error.kind == RE2::Set::kNoError ? Answer::none : Answer::out_of_memory;
}

ThreatRules::Answer ThreatRules::all(std::string_view text, ThreatPlaces place,
                                     std::vector<int>& scratch,
                                     std::vector<const ThreatRule*>& out) const {
  out.clear();
  const re2::StringPiece piece(text.data(), text.size());
  RE2::Set::ErrorInfo error{};
  Answer answer = Answer::none;
  if (patterns_ != 0 && !set_.Match(piece, &scratch, &error) && error.kind != RE2::Set::kNoError) {
    answer = Answer::out_of_memory;
    scratch.clear();
    for (std::size_t i = 0; i < patterns_; ++i) {
      if ((rules_[i].in & place) == 0) continue;
      if (RE2::PartialMatch(piece, *rules_[i].pattern)) scratch.push_back(static_cast<int>(i));
    }
  }
  if (patterns_ == 0) return answer;
  std::sort(scratch.begin(), scratch.end());
  for (const int index : scratch) {
    const ThreatRule& rule = rules_[static_cast<std::size_t>(index)];
    if ((rule.in & place) != 0) out.push_back(&rule);
  }
  if (answer != Answer::none || out.empty()) return answer;
  return Answer::some;
}

}  // namespace gateway::policy

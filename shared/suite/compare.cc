#include "shared/suite/compare.h"

#include <fmt/format.h>

#include <algorithm>

#include "shared/base/ascii.h"

namespace gateway::suite {
namespace {

using decision::Explanation;
using Outcome = Explanation::Outcome;

std::string in_quotes(std::string_view text) {
  return fmt::format("\"{}\"", text);
}

// What became of the request in place of what was expected.
std::string ending_of(const Explanation& found) {
  switch (found.outcome) {
    case Outcome::forward:
      return fmt::format("it goes to service \"{}\"", found.service);
    case Outcome::answer:
      return fmt::format("the gateway answers {} ({})", found.status, found.decider);
    case Outcome::open:
      break;
  }
  return "not known: " + found.reason;
}

std::pair<std::string_view, std::string_view> name_and_value(std::string_view line) {
  const std::size_t colon = std::min(line.find(':'), line.size());
  const std::string_view value = line.substr(std::min(colon + 1, line.size()));
  return {line.substr(0, colon), trim_ows(value)};
}

class Comparison {
 public:
  Comparison(const Expectations& expect, Ran& result)
      : expect_(expect), result_(result), found_(result.explanation) {}

  bool run() {
    const std::size_t first = result_.failures.size();
    same_text("route", expect_.route, found_.route, "none");
    service();
    target();
    status();
    decider();
    fields("headers", expect_.headers, expect_.no_headers, found_.fields);
    fields("sent_headers", expect_.sent_headers, expect_.no_sent_headers, found_.sent_fields);
    const bool counts_differ = limited();
    std::stable_sort(result_.failures.begin() + static_cast<std::ptrdiff_t>(first),
                     result_.failures.end(), [](const Failure& a, const Failure& b) {
                       return std::pair(a.place.line, a.place.column) <
                              std::pair(b.place.line, b.place.column);
                     });
    return counts_differ;
  }

 private:
  void fail(std::string what, std::string expected, std::string got, config::Place place) {
    result_.failures.push_back({std::move(what), std::move(expected), std::move(got), place});
  }

  void same_text(const char* what, const std::optional<config::Setting<std::string>>& wanted,
                 const std::string& got, const char* none) {
    if (!wanted || wanted->value == got) return;
    fail(what, wanted->value.empty() ? none : in_quotes(wanted->value),
         got.empty() ? none : in_quotes(got), wanted->place);
  }

  void service() {
    if (!expect_.service) return;
    const bool sent = found_.outcome == Outcome::forward;
    const auto& wanted = expect_.service->value;
    const auto& possible = found_.services;
    const bool met = wanted.empty() ? found_.outcome == Outcome::answer
                                    : sent && std::find(possible.begin(), possible.end(), wanted) !=
                                                  possible.end();
    if (met) return;
    fail("service", wanted.empty() ? "none is asked" : in_quotes(wanted),
         sent ? in_quotes(found_.service) : ending_of(found_), expect_.service->place);
  }

  void target() {
    const std::size_t mark = std::min(found_.target.find('?'), found_.target.size());
    const std::string query =
        mark < found_.target.size() ? found_.target.substr(mark + 1) : std::string();
    if (found_.outcome == Outcome::forward) {
      same_text("path", expect_.path, found_.target.substr(0, mark), "none");
      same_text("query", expect_.query, query, "none");
      return;
    }
    for (const auto& [what, wanted] :
         {std::pair{"path", &expect_.path}, {"query", &expect_.query}}) {
      if (*wanted) fail(what, in_quotes((*wanted)->value), ending_of(found_), (*wanted)->place);
    }
  }

  void status() {
    if (!expect_.status) return;
    if (found_.outcome == Outcome::answer && found_.status == expect_.status->value) return;
    std::string got = found_.outcome == Outcome::answer
                          ? fmt::format("{} ({})", found_.status, found_.decider)
                          : ending_of(found_);
    if (found_.outcome == Outcome::forward) got += ", which chooses the status";
    fail("status", std::to_string(expect_.status->value), got, expect_.status->place);
  }

  void decider() {
    if (!expect_.decided_by) return;
    const std::string got = found_.outcome == Outcome::forward ? "upstream" : found_.decider;
    if (found_.outcome != Outcome::open && got == expect_.decided_by->value) return;
    fail("decided_by", in_quotes(expect_.decided_by->value),
         found_.outcome == Outcome::open ? ending_of(found_) : in_quotes(got),
         expect_.decided_by->place);
  }

  // "a", "b"; empty: no field of the name.
  static std::string values_of(const std::vector<std::string>& lines, std::string_view name,
                               std::string_view wanted, bool& met) {
    std::string values;
    for (const std::string& line : lines) {
      const auto [field, value] = name_and_value(line);
      if (!ascii_iequals(field, name)) continue;
      met = met || wanted == "*" || value == wanted;
      values += (values.empty() ? "" : ", ") + in_quotes(value);
    }
    return values;
  }

  void fields(const std::string& what, const std::vector<config::NamedText>& wanted,
              const std::vector<config::Setting<std::string>>& unwanted,
              const std::vector<std::string>& lines) {
    const std::string none = found_.outcome == Outcome::open ? ending_of(found_) : "no such field";
    for (const config::NamedText& field : wanted) {
      bool met = false;
      const std::string got = values_of(lines, field.name, field.value, met);
      if (met) continue;
      fail(what + "." + field.name, field.value == "*" ? "any value" : in_quotes(field.value),
           got.empty() ? none : got, field.place);
    }
    for (const auto& name : unwanted) {
      bool met = false;
      const std::string got = values_of(lines, name.value, "*", met);
      if (met) fail("no_" + what, "no " + name.value, got, name.place);
    }
  }

  bool limited() {
    const auto text = [](std::int64_t number) {
      return number == 0 ? std::string("never") : fmt::format("request {}", number);
    };
    const std::size_t before = result_.failures.size();
    if (const auto& first = expect_.first_limited; first && *first != result_.first_limited) {
      fail("first_limited", text(*first), text(result_.first_limited), first->place);
    }
    if (const auto& count = expect_.limited; count && *count != result_.limited) {
      fail("limited", std::to_string(*count), std::to_string(result_.limited), count->place);
    }
    return result_.failures.size() != before;
  }

  const Expectations& expect_;
  Ran& result_;
  const Explanation& found_;
};

}  // namespace

bool compare(const Expectations& expect, Ran& result) {
  return Comparison(expect, result).run();
}

}  // namespace gateway::suite

#include <fmt/format.h>

#include <algorithm>

#include "gatewayctl/render/change_views.h"
#include "gatewayctl/render/colour.h"
#include "gatewayctl/render/numbers.h"
#include "gatewayctl/render/table.h"
#include "gatewayctl/render/text.h"
#include "shared/config/visible_text.h"

namespace gateway::ctl {
namespace {

constexpr std::size_t kMostShown = 100;  // columns of what a change is
constexpr std::size_t kAfterName = 4;    // spaces
constexpr std::size_t kAfterWhat = 5;

// As much of a text as is shown on one line.
std::string shortened(std::string_view text) {
  std::string out;
  std::size_t width = 0;
  while (!text.empty()) {
    const config::VisibleCharacter next = config::next_visible(text);
    if (width + next.width > kMostShown) return out + "…";
    out += next.text;
    width += next.width;
    text.remove_prefix(next.bytes);
  }
  return out;
}

struct Line {
  std::string name;
  std::string what;
  std::string effect;
  Colour colour = Colour::none;
  Colour effect_colour = Colour::none;
};

Line line_of(const config::Change& change) {
  using config::ChangeKind;
  Line line;
  const char* sign = change.kind == ChangeKind::added     ? "+"
                     : change.kind == ChangeKind::removed ? "-"
                                                          : "~";
  line.colour = change.kind == ChangeKind::added     ? Colour::green
                : change.kind == ChangeKind::removed ? Colour::red
                                                     : Colour::yellow;
  line.name = fmt::format("{} {}", sign, config::visible(change.path));
  line.what = shortened(change.what);
  line.effect = config::name_of(change.effect);
  if (!change.note.empty()) line.effect += ", " + config::visible(change.note);
  if (change.effect == config::Effect::restart ||
      change.effect == config::Effect::drops_connections) {
    line.effect_colour = Colour::yellow;
  }
  return line;
}

std::string padded(const std::string& text, std::size_t width) {
  const std::size_t own = display_width(text);
  return text + std::string(width > own ? width - own : 0, ' ');
}

}  // namespace

std::string render_changes(const std::vector<config::Change>& changes, const std::string& next,
                           bool colour) {
  std::vector<Line> lines;
  std::size_t names = 0;
  std::size_t whats = 0;
  for (const config::Change& change : changes) {
    lines.push_back(line_of(change));
    names = std::max(names, display_width(lines.back().name));
    whats = std::max(whats, display_width(lines.back().what));
  }
  std::string out;
  for (const Line& line : lines) {
    out +=
        fmt::format("{}{}{}\n", paint(padded(line.name, names + kAfterName), line.colour, colour),
                    padded(line.what, whats > 0 ? whats + kAfterWhat : 0),
                    paint(line.effect, line.effect_colour, colour));
  }
  out += changes.empty() ? std::string("No changes.")
                         : fmt::format("{} change{}.", format_count(changes.size()),
                                       changes.size() == 1 ? "" : "s");
  return next.empty() || changes.empty() ? out + "\n" : fmt::format("{} Next: {}\n", out, next);
}

std::string render_diff(const control::ConfigDiff& diff, const std::string& next, bool colour) {
  std::string out =
      fmt::format("{}  →  {}\n", config::visible(diff.from), config::visible(diff.to));
  out += render_changes(diff.changes, next, colour);
  if (!diff.changes.empty() || diff.files.empty()) return out;
  std::string names;
  for (const std::string& file : diff.files) {
    names += (names.empty() ? "" : ", ") + config::visible(file);
  }
  return out + fmt::format("Only the text differs (comments, order, spelling): {}\n", names);
}

std::string render_pending(const control::PendingChange& pending, UnixMicros now) {
  // What was asked for as 5m is not shown as 4m 59s.
  const auto left = [&](UnixMicros time) {
    const UnixMicros micros = std::max<UnixMicros>(time - now, 0);
    return format_span(static_cast<std::uint64_t>((micros + 999'999) / 1'000'000));
  };
  std::string out = fmt::format("revision {} goes back to {}", pending.revision, pending.back_to);
  if (pending.until) {
    out += fmt::format(" in {} unless it is kept: gatewayctl confirm", left(*pending.until));
  }
  if (pending.guard.empty()) return out + "\n";
  out += fmt::format("{} when this breaks: {}", pending.until ? "; or at once" : "",
                     config::visible(pending.guard));
  if (pending.guarded_until) {
    out += fmt::format(" (watched for {} more)", left(*pending.guarded_until));
  }
  return out + "\n";
}

namespace {

Cell verdict_cell(const store::ConfigChange& change, std::uint32_t serving) {
  using store::ConfigVerdict;
  switch (change.verdict) {
    case ConfigVerdict::live:
      return change.revision == serving ? Cell("live", Colour::green)
                                        : Cell("replaced", Colour::dim);
    case ConfigVerdict::rejected:
      return Cell("rejected", Colour::red);
    case ConfigVerdict::rolled_back:
      return Cell("rolled back", Colour::yellow);
    default:
      return Cell(store::name_of(change.verdict), Colour::dim);
  }
}

std::string number_of(const store::ConfigChange& change) {
  return change.revision > 0 ? std::to_string(change.revision) : fmt::format("x{}", change.id);
}

// What its author said, and what became of it.
std::string told(const store::ConfigChange& change) {
  if (change.message.empty()) return change.reason;
  return change.reason.empty() ? change.message
                               : fmt::format("{} ({})", change.message, change.reason);
}

}  // namespace

std::string render_history(const control::ConfigHistoryList& list, UnixMicros now, bool colour) {
  Table table({"REVISION", "WHEN", "BY", "HOW", "VERDICT", "MESSAGE"});
  bool seen_live = false;
  for (const store::ConfigChange& change : list.changes) {
    const auto age = static_cast<std::uint64_t>(std::max<UnixMicros>(now - change.time, 0));
    // A number can come back, when the same text is put back: the newest row of it serves.
    const bool live = !seen_live && change.revision == list.revision;
    seen_live = seen_live || live;
    table.add({number_of(change), format_ago(age / 1'000'000), change.by, change.cause,
               verdict_cell(change, live || !seen_live ? list.revision : 0), told(change)});
  }
  return table.render(colour);
}

std::string render_revision(const control::ConfigRevision& revision, bool text, bool colour) {
  const store::ConfigChange& change = revision.change;
  std::string out = change.revision > 0 ? fmt::format("revision {}", change.revision)
                                        : fmt::format("attempt x{}", change.id);
  out += fmt::format("   {}   {} by {}   {}   sha256 {}…\n", format_time(change.time),
                     config::visible(change.cause), config::visible(change.by),
                     store::name_of(change.verdict), config::visible(change.sha256.substr(0, 4)));
  if (const std::string words = told(change); !words.empty()) out += config::visible(words) + "\n";
  if (!text) {
    if (!revision.changes) return out + "There is nothing to compare it with: see --text.\n";
    if (change.parent > 0) out += fmt::format("revision {}  →  ", change.parent);
    return out + fmt::format("this\n{}", render_changes(*revision.changes, "", colour));
  }
  for (const store::ConfigText& file : revision.files) {
    out += fmt::format("--- {}\n", config::visible(file.path));
    std::string_view rest = file.text;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      out += config::visible(rest.substr(0, end)) + "\n";
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  return out;
}

}  // namespace gateway::ctl

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "shared/config/diagnostic.h"
#include "shared/config/visible_text.h"

namespace gateway::config {
namespace {

constexpr std::uint32_t kMostShown = 160;   // columns of a source line
constexpr std::uint32_t kShownBefore = 60;  // of them before the caret, when the line is longer

// Escape sequences of a terminal (ECMA-48 §8.3.117), all empty without colour.
struct Palette {
  std::string_view error, warning, frame, bold, off;
};

Palette palette(bool colour) {
  if (!colour) return {};
  return {"\x1b[1;31m", "\x1b[1;33m", "\x1b[1;34m", "\x1b[1m", "\x1b[0m"};
}

// A source line as it is shown, and where under it the caret stands.
struct Excerpt {
  std::string line;
  std::uint32_t offset = 0;
  std::uint32_t width = 0;
};

// `column` counts characters from 1.
Excerpt excerpt(std::string_view line, std::uint32_t column, std::uint32_t length) {
  Excerpt shown;
  std::uint32_t at = 1;
  std::uint32_t total = 0;
  if (column > kMostShown - kShownBefore && line.size() > kMostShown) {
    for (; at + kShownBefore < column && !line.empty(); ++at) {
      line.remove_prefix(next_visible(line).bytes);
    }
    shown.line = "…";
    total = 1;
  }
  shown.offset = total;
  for (; !line.empty(); ++at) {
    const VisibleCharacter character = next_visible(line);
    if (total + character.width > kMostShown) {
      shown.line += "…";
      break;
    }
    shown.line += character.text;
    total += character.width;
    line.remove_prefix(character.bytes);
    if (at < column) {
      shown.offset = total;
    } else if (at < column + length) {
      shown.width += character.width;
    }
  }
  shown.width = std::max(shown.width, 1u);
  return shown;
}

// The lines of every file, split once.
class Sources {
 public:
  explicit Sources(const std::vector<SourceFile>& files) : files_(files), lines_(files.size()) {}

  std::string_view path(Place place) const {
    return place.file < files_.size() ? std::string_view(files_[place.file].path) : "-";
  }

  // Empty when the place is none.
  std::string_view line(Place place) {
    if (!place || place.file >= files_.size()) return {};
    std::vector<std::string_view>& lines = lines_[place.file];
    if (lines.empty()) split(files_[place.file].text, lines);
    return place.line <= lines.size() ? lines[place.line - 1] : std::string_view();
  }

 private:
  static void split(std::string_view text, std::vector<std::string_view>& lines) {
    while (true) {
      const std::size_t end = text.find('\n');
      std::string_view line = text.substr(0, end);
      if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
      lines.push_back(line);
      if (end == std::string_view::npos) return;
      text.remove_prefix(end + 1);
    }
  }

  const std::vector<SourceFile>& files_;
  std::vector<std::vector<std::string_view>> lines_;
};

// A table's header only repeats the name that the message gives, so it needs a hint to be shown.
bool wants_excerpt(const Diagnostic& item, std::string_view line) {
  if (!item.place || item.place.length == 0) return false;
  const std::size_t column = item.place.column;
  const bool header = column >= 1 && column <= line.size() && line[column - 1] == '[' &&
                      line.find_first_not_of(" \t") == column - 1;
  return !header || !item.hint.empty();
}

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

void render(const Diagnostic& item, Sources& sources, std::size_t gutter, const Palette& paint,
            std::string& out) {
  const bool error = item.severity == Severity::error;
  const std::string_view tone = error ? paint.error : paint.warning;
  out += fmt::format("{}{}[{}]{}{}: {}{}\n", tone, error ? "error" : "warning", item.id, paint.off,
                     paint.bold, visible(item.message), paint.off);
  out += fmt::format("{:>{}}{}-->{} {}", "", gutter, paint.frame, paint.off,
                     visible(sources.path(item.place)));
  if (item.place) out += fmt::format(":{}:{}", item.place.line, item.place.column);
  out += '\n';
  const std::string_view line = sources.line(item.place);
  if (!wants_excerpt(item, line)) {
    if (item.hint.empty()) return;
    out += fmt::format("{:>{}} {}={} {}\n", "", gutter, paint.frame, paint.off, visible(item.hint));
    return;
  }
  const Excerpt shown = excerpt(line, item.place.column, item.place.length);
  out += fmt::format("{:>{}} {}|{}\n", "", gutter, paint.frame, paint.off);
  out +=
      fmt::format("{}{:>{}} |{} {}\n", paint.frame, item.place.line, gutter, paint.off, shown.line);
  out += fmt::format("{:>{}} {}|{} {:>{}}{}{:^>{}}", "", gutter, paint.frame, paint.off, "",
                     shown.offset, tone, "", shown.width);
  if (!item.hint.empty()) out += fmt::format(" {}", visible(item.hint));
  out += fmt::format("{}\n", paint.off);
}

}  // namespace

std::string render_finding(const Diagnostics& diagnostics, const Diagnostic& item, bool colour) {
  Sources sources(diagnostics.files);
  std::string out;
  render(item, sources, std::to_string(item.place.line).size(), palette(colour), out);
  return out;
}

std::string render_text(const Diagnostics& diagnostics, bool colour) {
  if (diagnostics.items.empty()) return {};
  const Palette paint = palette(colour);
  Sources sources(diagnostics.files);
  std::uint32_t last_line = 0;
  for (const Diagnostic& item : diagnostics.items) last_line = std::max(last_line, item.place.line);
  const std::size_t gutter = std::to_string(last_line).size();

  std::string out;
  for (const Diagnostic& item : diagnostics.items) {
    render(item, sources, gutter, paint, out);
    out += '\n';
  }
  const std::size_t errors = diagnostics.errors();
  const std::size_t warnings = diagnostics.warnings();
  if (errors > 0) out += counted(errors, "error");
  if (warnings > 0) out += (errors > 0 ? ", " : "") + counted(warnings, "warning");
  return out + "\n";
}

}  // namespace gateway::config

#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "shared/policy/threat_scan.h"

// Reads tests/corpus/threats, whose README tells the form of the files, and scans its lines.
namespace gateway::policy::corpus {

struct Line {
  std::string file;
  std::size_t number;
  std::string place;
  std::string text;
};

inline std::vector<Line> read(const std::filesystem::path& folder) {
  std::vector<Line> lines;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".txt") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const auto& path : files) {
    std::ifstream in(path);
    std::size_t number = 0;
    for (std::string text; std::getline(in, text);) {
      ++number;
      if (text.empty() || text.front() == '#') continue;
      const std::size_t space = text.find(' ');
      lines.push_back({path.filename().string(), number, text.substr(0, space),
                       space == std::string::npos ? "" : text.substr(space + 1)});
    }
  }
  return lines;
}

// A request of which one part is `line`; false when its place is none.
inline bool scan(const ThreatRules& rules, const Line& line, ThreatScratch& scratch,
                 ThreatVerdict& verdict) {
  constexpr std::string_view kForm = "application/x-www-form-urlencoded";
  const std::string_view text = line.text;
  Fields fields;
  ThreatHead head{"GET", "/", "", fields};
  if (line.place == "form" || line.place == "json") {
    scan_threats(rules, line.place == "form" ? kForm : "application/json", text, scratch, verdict);
    return true;
  }
  if (line.place == "target") {
    head.path = text.substr(0, text.find('?'));
    if (head.path.size() < text.size()) head.query = text.substr(head.path.size() + 1);
  } else if (line.place == "agent") {
    fields.push_back({"User-Agent", text, "", FieldId::other});
  } else if (line.place == "referer") {
    fields.push_back({"Referer", text, "", FieldId::other});
  } else if (line.place == "method") {
    head.method = text;
  } else {
    return false;
  }
  scan_threats(rules, head, scratch, verdict);
  return true;
}

}  // namespace gateway::policy::corpus

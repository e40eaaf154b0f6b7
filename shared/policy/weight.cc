#include "shared/policy/weight.h"

#include "shared/base/ascii.h"

namespace gateway::policy {
namespace {

// qvalue of RFC 9110 §12.4.2 in thousandths; nothing that is none counts as 0.
int parse_weight(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return 0;
  int weight = (text[0] - '0') * 1000;
  if (text.size() > 1 && text[1] != '.') return 0;
  int unit = 100;
  for (std::size_t i = 2; i < text.size(); ++i, unit /= 10) {
    if (text[i] < '0' || text[i] > '9') return 0;
    weight += (text[i] - '0') * unit;
  }
  return weight > 1000 ? 0 : weight;
}

}  // namespace

Weighted parse_weighted(std::string_view element) {
  Weighted preference;
  std::size_t end = element.find(';');
  preference.word = trim_ows(element.substr(0, end));
  while (end != std::string_view::npos) {
    element.remove_prefix(end + 1);
    end = element.find(';');
    const std::string_view parameter = trim_ows(element.substr(0, end));
    if (parameter.size() > 2 && ascii_lower(parameter[0]) == 'q' && parameter[1] == '=') {
      preference.weight = parse_weight(parameter.substr(2));
    }
  }
  return preference;
}

}  // namespace gateway::policy

#include <fmt/format.h>

#include "shared/base/units.h"
#include "shared/decision/answer_fields.h"
#include "shared/decision/explain_lines.h"

namespace gateway::decision {
namespace {

ExplainLine coding_line(const policy::CompressRules::Verdict& verdict, std::string of) {
  ExplainLine line{ExplainLine::Kind::passed, "compress", "no", verdict.why, "", ""};
  if (!verdict.coding) return line;
  line.summary = policy::name_of(*verdict.coding);
  line.detail = std::move(of);
  return line;
}

// "answers from 512B on, of compression.types"
std::string compressible(const policy::CompressRules& rules) {
  if (rules.min_size() == 0) return "answers of compression.types";
  return fmt::format("answers from {} on, of compression.types", format_size(rules.min_size()));
}

}  // namespace

void tell_coding(const Exchange& x, std::vector<ExplainLine>& lines) {
  if (x.route->compress.off()) return;
  lines.push_back(coding_line(judge_asked_coding(x), compressible(x.route->compress)));
}

void tell_kept_coding(Exchange& x, std::vector<ExplainLine>& lines) {
  if (!x.cache.has_answer() || x.route->compress.off()) return;
  const policy::CacheEntry& entry = *x.cache.entry;
  judge_coding(x, {entry.status, entry.fields, entry.body->bytes.size()});
  lines.push_back(coding_line(x.compress, "this kept answer"));
}

}  // namespace gateway::decision

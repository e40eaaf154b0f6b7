#include "shared/policy/content_coding.h"

#include "shared/policy/weight.h"

namespace gateway::policy {
namespace {

// Weights in thousandths; -1: not mentioned.
struct Weights {
  std::array<int, kCodings> of{-1, -1, -1};
  int identity = -1;
  int any = -1;  // "*"

  void take(std::string_view name, int weight) {
    if (name == "*") any = weight;
    if (ascii_iequals(name, "identity")) identity = weight;
    for (std::size_t i = 0; i < kCodings; ++i) {
      if (ascii_iequals(name, kCodingNames[i])) of[i] = weight;
    }
    if (ascii_iequals(name, "x-gzip")) take("gzip", weight);
  }
};

}  // namespace

std::optional<Coding> choose_coding(const Fields& request, std::span<const Coding> offered) {
  Weights weights;
  bool asked = false;
  for (const Field& field : request) {
    if (field.id != FieldId::accept_encoding) continue;
    asked = true;
    for_each_element(field.value, [&](std::string_view element) {
      const Weighted word = parse_weighted(element);
      weights.take(word.word, word.weight);
    });
  }
  if (!asked) return std::nullopt;
  std::optional<Coding> best;
  int best_weight = weights.identity > 0 ? weights.identity - 1 : 0;
  for (const Coding coding : offered) {
    const int stated = weights.of[static_cast<std::size_t>(coding)];
    const int weight = stated >= 0 ? stated : weights.any;
    if (weight <= best_weight) continue;
    best = coding;
    best_weight = weight;
  }
  return best;
}

}  // namespace gateway::policy

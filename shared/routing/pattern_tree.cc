#include "shared/routing/pattern_tree.h"

namespace gateway::routing {

std::uint32_t PatternTree::add_node() {
  nodes_.emplace_back();
  return static_cast<std::uint32_t>(nodes_.size() - 1);
}

std::uint32_t PatternTree::add_root() {
  return add_node();
}

std::uint32_t PatternTree::insert(std::uint32_t root, const PathPattern& pattern,
                                  std::uint32_t rank) {
  std::uint32_t at = root;
  const auto note_rank = [&] { nodes_[at].lowest_rank = std::min(nodes_[at].lowest_rank, rank); };
  note_rank();
  for (const PathPattern::Segment& segment : pattern.segments) {
    std::uint32_t child = 0;
    if (segment.kind == PathPattern::Segment::Kind::capture) {
      child = nodes_[at].capture;
      if (child == 0) child = add_node();
      nodes_[at].capture = child;
    } else {
      const auto next = static_cast<std::uint32_t>(nodes_.size());
      child = literals_.find_or_add(at, segment.text, next);
      if (child == next) add_node();
      nodes_[at].has_literals = true;
    }
    at = child;
    note_rank();
  }
  Node& node = nodes_[at];
  std::uint32_t& bucket =
      pattern.rest ? node.rest : (pattern.trailing_slash ? node.slash : node.exact);
  if (bucket == 0) bucket = ++buckets_;
  return bucket;
}

}  // namespace gateway::routing

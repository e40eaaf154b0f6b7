#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "shared/routing/path_pattern.h"
#include "shared/routing/text_index.h"

namespace gateway::routing {

// Path patterns as a tree of segments, with one tree for each root. Equal patterns under one root
// end in one bucket: a number from 1, counted up as new ones come. The children of all nodes stand
// in one hash table, so a step costs the same however many siblings there are.
class PatternTree {
 public:
  PatternTree() : nodes_(1) {}

  std::uint32_t add_root();
  // `rank`: its place in the winning order; patterns are inserted from the lowest rank up.
  std::uint32_t insert(std::uint32_t root, const PathPattern& pattern, std::uint32_t rank);
  std::uint32_t bucket_count() const { return buckets_; }

  // Calls visitor.take(bucket) for each pattern that matches `path`, literal before capture before
  // rest at every step. Leaves out subtrees for whose lowest rank visitor.wants(rank) is false.
  template <class Visitor>
  void visit_matches(std::uint32_t root, std::string_view path, Visitor& visitor) const {
    match(root, path, 0, visitor);
  }

  // The same for each pattern that matches every path that `pattern` does.
  template <class Visitor>
  void visit_covers(std::uint32_t root, const PathPattern& pattern, Visitor& visitor) const {
    cover(root, pattern, 0, visitor);
  }

 private:
  struct Node {
    std::uint32_t lowest_rank = 0xffffffff;  // of this node and all below
    std::uint32_t capture = 0;               // child for "{name}"; 0: none
    std::uint32_t exact = 0;                 // buckets; 0: none
    std::uint32_t slash = 0;
    std::uint32_t rest = 0;
    bool has_literals = false;
  };

  std::uint32_t add_node();

  template <class Visitor>
  void match(std::uint32_t at, std::string_view path, std::size_t slash, Visitor& visitor) const;
  template <class Visitor>
  void cover(std::uint32_t at, const PathPattern& pattern, std::size_t depth,
             Visitor& visitor) const;

  std::vector<Node> nodes_;  // the first is not used, so that 0 is no node
  TextIndex literals_;       // child nodes, in the scope of their parent
  std::uint32_t buckets_ = 0;
};

// `slash` is where in the path this node's own text ended: at a slash or at the end.
template <class Visitor>
void PatternTree::match(std::uint32_t at, std::string_view path, std::size_t slash,
                        Visitor& visitor) const {
  const Node& node = nodes_[at];
  if (!visitor.wants(node.lowest_rank)) return;
  if (slash == path.size()) {
    if (node.exact != 0) visitor.take(node.exact);
  } else if (slash + 1 == path.size()) {
    if (node.slash != 0) visitor.take(node.slash);
  } else if (node.has_literals || node.capture != 0) {
    const std::size_t end = std::min(path.find('/', slash + 1), path.size());
    if (node.has_literals) {
      const std::uint32_t child = literals_.find(at, path.substr(slash + 1, end - slash - 1));
      if (child != TextIndex::kNone) match(child, path, end, visitor);
    }
    if (node.capture != 0 && end != slash + 1) match(node.capture, path, end, visitor);
  }
  if (node.rest != 0) visitor.take(node.rest);
}

template <class Visitor>
void PatternTree::cover(std::uint32_t at, const PathPattern& pattern, std::size_t depth,
                        Visitor& visitor) const {
  const Node& node = nodes_[at];
  if (!visitor.wants(node.lowest_rank)) return;
  if (depth < pattern.segments.size()) {
    const PathPattern::Segment& segment = pattern.segments[depth];
    if (segment.kind == PathPattern::Segment::Kind::literal && node.has_literals) {
      const std::uint32_t child = literals_.find(at, segment.text);
      if (child != TextIndex::kNone) cover(child, pattern, depth + 1, visitor);
    }
    if (node.capture != 0) cover(node.capture, pattern, depth + 1, visitor);
  } else if (!pattern.rest) {
    const std::uint32_t bucket = pattern.trailing_slash ? node.slash : node.exact;
    if (bucket != 0) visitor.take(bucket);
  }
  if (node.rest != 0) visitor.take(node.rest);
}

}  // namespace gateway::routing

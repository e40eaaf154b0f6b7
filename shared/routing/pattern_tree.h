#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "shared/routing/path_pattern.h"
#include "shared/routing/segment.h"
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

  // Where the segments of one path end, as far as a visit has come; the same for every pattern.
  using SegmentEnds = std::array<std::size_t, kMaxPatternSegments + 1>;

  // Calls visitor.take(bucket) for each pattern that matches `path`. Leaves out subtrees for whose
  // lowest rank visitor.wants(rank) is false. Fills ends[i] with the end of segment i for all
  // segments of the patterns that match.
  template <class Visitor>
  void visit_matches(std::uint32_t root, std::string_view path, SegmentEnds& ends,
                     Visitor& visitor) const {
    match(root, path, 0, 0, ends, visitor);
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
  void match(std::uint32_t at, std::string_view path, std::size_t depth, std::size_t slash,
             SegmentEnds& ends, Visitor& visitor) const;
  template <class Visitor>
  void cover(std::uint32_t at, const PathPattern& pattern, std::size_t depth,
             Visitor& visitor) const;

  std::vector<Node> nodes_;  // the first is not used, so that 0 is no node
  TextIndex literals_;       // child nodes, in the scope of their parent
  std::uint32_t buckets_ = 0;
};

// `slash` is where in the path this node's own text ended: at a slash or at the end. Goes down in a
// loop, and calls itself only where both a literal and a capture lead on.
template <class Visitor>
void PatternTree::match(std::uint32_t at, std::string_view path, std::size_t depth,
                        std::size_t slash, SegmentEnds& ends, Visitor& visitor) const {
  while (at != 0) {
    const Node& node = nodes_[at];
    if (!visitor.wants(node.lowest_rank)) return;
    if (node.rest != 0) visitor.take(node.rest);
    if (slash + 1 >= path.size()) {
      const std::uint32_t bucket = slash == path.size() ? node.exact : node.slash;
      if (bucket != 0) visitor.take(bucket);
      return;
    }
    if (!node.has_literals && node.capture == 0) return;
    const Segment segment = scan_segment(path, slash + 1);
    std::uint32_t literal = 0;
    if (node.has_literals) {
      literal = literals_.find(at, path.substr(slash + 1, segment.end - slash - 1), segment.hash);
      if (literal == TextIndex::kNone) literal = 0;
    }
    const std::uint32_t capture = segment.end != slash + 1 ? node.capture : 0;
    ends[depth++] = slash = segment.end;
    if (literal != 0 && capture != 0) match(literal, path, depth, slash, ends, visitor);
    at = capture != 0 ? capture : literal;
  }
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

#pragma once

#include <cstdlib>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

namespace gateway::metrics {

// The figures of one name, one set a worker. Copies share them.
template <class Figures>
class Series {
 public:
  Series(std::string name, std::shared_ptr<Figures> block, std::size_t at, std::size_t stride)
      : name_(std::move(name)), block_(std::move(block)), at_(at), stride_(stride) {}

  const std::string& name() const { return name_; }
  Figures& of_worker(std::size_t worker) const { return block_.get()[at_ + worker * stride_]; }

 private:
  std::string name_;
  std::shared_ptr<Figures>
      block_;  // of all names that came together; a worker's stand side by side
  std::size_t at_;
  std::size_t stride_;
};

// Zeros; what is never touched takes no memory.
template <class Figures>
std::shared_ptr<Figures> zeroed(std::size_t count) {
  static_assert(std::is_trivial_v<Figures>);
  auto* block = static_cast<Figures*>(std::calloc(count, sizeof(Figures)));
  if (block == nullptr) throw std::bad_alloc();
  return {block, [](Figures* old) { std::free(old); }};
}

// A series for each of `names`, in their order: those of `before` go on, the others begin.
template <class Figures>
std::vector<Series<Figures>> carry_over(std::span<const std::string> names,
                                        const std::vector<Series<Figures>>& before,
                                        std::size_t workers) {
  std::unordered_map<std::string_view, const Series<Figures>*> known;
  for (const auto& series : before) known.emplace(series.name(), &series);
  std::size_t fresh = 0;
  for (const std::string& name : names) fresh += known.contains(name) ? 0 : 1;
  const auto block = fresh > 0 ? zeroed<Figures>(fresh * workers) : nullptr;
  std::vector<Series<Figures>> series;
  series.reserve(names.size());
  std::size_t at = 0;
  for (const std::string& name : names) {
    const auto found = known.find(name);
    if (found != known.end()) {
      series.push_back(*found->second);
    } else {
      series.emplace_back(name, block, at++, fresh);
    }
  }
  return series;
}

}  // namespace gateway::metrics

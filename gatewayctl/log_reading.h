#pragma once

#include <algorithm>
#include <iterator>
#include <type_traits>

#include "gatewayctl/log_source.h"
#include "shared/control/queries.h"

namespace gateway::ctl {

// The newest `filter.limit` rows that match, oldest first, gathered page by page however long the
// search takes. `newest` is that of the first page: following from there misses and repeats
// nothing.
template <class Source, class Filter>
auto newest_rows(Source& source, Filter filter) -> decltype(source.logs(filter)) {
  const std::size_t wanted = filter.limit;
  std::decay_t<decltype(*source.logs(filter))> all;
  for (bool first = true;; first = false) {
    filter.limit = std::min(wanted - all.rows.size(), control::kLogPageRows);
    auto page = source.logs(filter);
    if (!page) return page.error();
    if (first) all.newest = page->newest;
    std::move(page->rows.begin(), page->rows.end(), std::back_inserter(all.rows));
    all.cursor = page->cursor;
    all.complete = page->complete;
    if (page->complete || all.rows.size() >= wanted) break;
    filter.before = page->cursor;
  }
  std::reverse(all.rows.begin(), all.rows.end());
  return all;
}

}  // namespace gateway::ctl

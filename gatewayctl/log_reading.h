#pragma once

#include <algorithm>
#include <iterator>
#include <type_traits>

#include "gatewayctl/log_source.h"
#include "shared/control/queries.h"
#include "shared/store/security_logs.h"

namespace gateway::ctl {

// Whether the time limit of a page ended the search for it, and with less than a tenth of the rows
// it could have: a search, then, and not the reading of rows that are there.
inline bool ended_by_time(const store::LogPage& page, std::size_t asked) {
  return page.searched_to && page.rows.size() * 10 < asked;
}
inline bool ended_by_time(const store::SecurityPage&, std::size_t) {
  return false;
}

// The newest `filter.limit` rows that match, oldest first, gathered page by page. A search that is
// ended by time goes on only with `to_the_end`, however long it takes; else `complete` is false
// then, and `searched_to` says how far back it came. `newest` is that of the first page: following
// from there misses and repeats nothing.
template <class Source, class Filter>
auto newest_rows(Source& source, Filter filter, bool to_the_end = false)
    -> decltype(source.logs(filter)) {
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
    if constexpr (requires { all.searched_to; }) all.searched_to = page->searched_to;
    if (page->complete || all.rows.size() >= wanted) break;
    if (!to_the_end && ended_by_time(*page, filter.limit)) break;
    filter.before = page->cursor;
  }
  std::reverse(all.rows.begin(), all.rows.end());
  return all;
}

}  // namespace gateway::ctl

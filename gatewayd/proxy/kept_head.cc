#include "gatewayd/proxy/kept_head.h"

#include <functional>

namespace gateway::proxy {
namespace {

// Views of one block of memory, moved to a copy of it.
class Move {
 public:
  Move(std::string_view from, std::string_view to) : from_(from), to_(to) {}

  void operator()(std::string_view& view) const {
    const std::less<const char*> before;  // also for pointers of different blocks
    const char* const end = from_.data() + from_.size();
    if (view.data() == nullptr || before(view.data(), from_.data()) || before(end, view.data())) {
      return;
    }
    view = {to_.data() + (view.data() - from_.data()), view.size()};
  }

 private:
  std::string_view from_;
  std::string_view to_;
};

void move_request(const Move& move, http::RequestHead& request) {
  for (std::string_view* view : {&request.method, &request.target, &request.authority,
                                 &request.path, &request.query, &request.upgrade}) {
    move(*view);
  }
  for (Field& field : request.fields) {
    move(field.name);
    move(field.value);
    move(field.line);
  }
}

void move_exchange(const Move& move, decision::Exchange& x) {
  for (std::string_view* view :
       {&x.method, &x.authority, &x.raw_path, &x.query, &x.host, &x.path, &x.upstream_path,
        &x.upstream_query, &x.match.rest, &x.cors.origin, &x.cors.offending}) {
    move(*view);
  }
  for (std::string_view& capture : x.match.captures) move(capture);
  x.trace.move_details(move);
}

}  // namespace

void keep_head(Workspace& workspace) {
  if (workspace.head.empty() || workspace.head.data() == workspace.kept.data()) return;
  workspace.kept.assign(workspace.head);
  const Move move(workspace.head, workspace.kept);
  move_request(move, workspace.request);
  move_exchange(move, workspace.exchange);
  workspace.head = workspace.kept;
}

}  // namespace gateway::proxy

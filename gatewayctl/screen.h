#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "gatewayctl/render/top_view.h"

namespace gateway::ctl {

// The terminal as a whole screen, by ncurses, until the object is gone: then it is as it was, also
// when the process is asked to end by a signal in between. One at a time, on the thread that made
// it.
class FullScreen {
 public:
  // Nothing when the terminal is of a kind that is not known (TERM).
  static std::optional<FullScreen> open(bool colour);
  FullScreen(FullScreen&&) = default;
  FullScreen& operator=(FullScreen&&) = default;

  std::size_t width() const;
  std::size_t height() const;
  void show(const std::vector<TopLine>& lines);

  enum class Event { nothing, key, resized, ended };
  struct Input {
    Event event = Event::nothing;
    char key = 0;  // of Event::key; arrows and pages are 'k' and 'j', 'K' and 'J'
  };
  // Waits for up to 100 ms. Event::ended: a signal asks to end, or the terminal is gone.
  Input wait();
  // The signal that asked to end; 0: none.
  int signal() const;

 private:
  struct End {
    void operator()(void* terminal) const;
  };
  explicit FullScreen(void* terminal) : terminal_(terminal) {}

  std::unique_ptr<void, End> terminal_;
};

}  // namespace gateway::ctl

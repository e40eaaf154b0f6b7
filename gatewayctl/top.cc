#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <nlohmann/json.hpp>
#include <ostream>
#include <thread>

#include "gatewayctl/commands.h"
#include "gatewayctl/daemon.h"
#include "gatewayctl/render/top_view.h"
#include "gatewayctl/screen.h"
#include "gatewayctl/top_figures.h"
#include "shared/base/units.h"

namespace gateway::ctl {
namespace {

constexpr milliseconds kPatience{2'000};  // with a daemon that does not answer
constexpr milliseconds kShortest{200};
constexpr milliseconds kLongest{3'600'000};
constexpr std::size_t kPage = 10;  // rows that page up and page down move

constexpr std::array kOptions = {
    Option{"--every", 0, "DURATION", "how often to ask: 200ms to 1h (default: 1s)", "1s 5s 1m"},
    Option{"--once", 0, {}, "print one picture and exit; needs no terminal", {}},
};

// Asks the daemon again and again on a thread of its own, so that a slow answer never holds up a
// key.
class Watch {
 public:
  struct Seen {
    std::optional<TopFigures> figures;  // the last that came
    std::string trouble;                // why there are no newer ones; empty: there are
    std::uint64_t number = 0;           // grows with each answer
  };

  Watch(const Invocation& invocation, milliseconds every)
      : client_(invocation.socket(), kPatience),
        now_(invocation.console.now),
        every_(every),
        thread_([this](const std::stop_token& stop) { run(stop); }) {}

  Seen seen() {
    const std::lock_guard lock(mutex_);
    return seen_;
  }

 private:
  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      auto figures = ask_for_top(client_, now_());
      std::unique_lock lock(mutex_);
      if (figures) {
        seen_.figures = std::move(*figures);
        seen_.trouble.clear();
      } else {
        seen_.trouble =
            fmt::format("{}, trying again: {}",
                        figures.error().unreachable ? "daemon not reachable" : "no answer",
                        figures.error().message);
      }
      ++seen_.number;
      wake_.wait_for(lock, stop, every_, [] { return false; });
    }
  }

  control::Client client_;
  std::function<UnixMicros()> now_;
  milliseconds every_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  Seen seen_;
  std::jthread thread_;  // last: it uses what is above
};

// False: the user has seen enough.
bool take(const FullScreen::Input& input, TopChoice& choice) {
  if (input.event == FullScreen::Event::ended) return false;
  if (input.event != FullScreen::Event::key) return true;
  if (input.key == 'q' || input.key == 'Q') return false;
  if (input.key == 'J') choice.scroll += kPage;
  if (input.key == 'K') choice.scroll -= std::min(choice.scroll, kPage);
  take_key(input.key, choice);
  return true;
}

// Runs until it is quit; returns the signal that ended it, 0 without.
int run_screen(FullScreen& screen, Watch& watch) {
  TopChoice choice;
  std::optional<std::uint64_t> shown;
  FullScreen::Input input;
  do {
    const Watch::Seen seen = watch.seen();
    if (input.event != FullScreen::Event::nothing || shown != seen.number) {
      const std::string trouble = seen.number == 0 ? "asking gatewayd …" : seen.trouble;
      screen.show(top_screen(seen.figures ? &*seen.figures : nullptr, choice, trouble,
                             screen.width(), screen.height()));
      shown = seen.number;
    }
    input = screen.wait();
  } while (take(input, choice));
  return screen.signal();
}

int print_once(const Invocation& invocation) {
  const auto figures = ask_for_top(control::Client(invocation.socket()), invocation.console.now());
  if (!figures) return daemon_error(invocation, figures.error());
  if (invocation.json()) {
    print_json(invocation.console.out, top_document(*figures));
  } else {
    invocation.console.out << render_top(*figures, invocation.colour_out());
  }
  return kDone;
}

// The watching thread must not be the one that a signal wakes.
class WithoutSignals {
 public:
  WithoutSignals() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~WithoutSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  WithoutSignals(const WithoutSignals&) = delete;
  WithoutSignals& operator=(const WithoutSignals&) = delete;

 private:
  sigset_t before_{};
};

int run(const Invocation& invocation) {
  if (invocation.has("--once")) return print_once(invocation);
  if (invocation.json()) return usage_error(invocation, "-o json goes with --once");
  const auto every = parse_duration(invocation.value("--every").value_or("1s"));
  if (!every || *every < kShortest || *every > kLongest) {
    return usage_error(invocation, "--every takes a duration of 200ms to 1h");
  }
  if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDOUT_FILENO) == 0) {
    return usage_error(invocation, "this needs a terminal; --once prints one picture without");
  }
  std::optional<Watch> watch;
  {
    const WithoutSignals quiet;
    watch.emplace(invocation, *every);
  }
  int signal = 0;
  {
    auto screen = FullScreen::open(invocation.colour_out());
    if (!screen) {
      return usage_error(invocation, "TERM names no terminal that is known; --once goes without");
    }
    signal = run_screen(*screen, *watch);
  }
  if (signal != 0) ::raise(signal);  // ends as whoever sent it expects, the terminal as it was
  return kDone;
}

}  // namespace

constexpr Command kTop = {
    .name = "top",
    .operands = "",
    .summary = "watch services, routes, breakers and errors live, on the whole screen",
    .about =
        "Figures of services are those of the last minute, of routes those of the last five.\n"
        "Keys: q quits, s sorts by requests, errors, p99 or name, 1 2 3 show services, routes or\n"
        "errors alone and 0 all, Tab the next of them; arrows and pages scroll. When the daemon\n"
        "does not answer, the last figures stay and it is asked again.",
    .example =
        "gatewayctl top\n"
        "gatewayctl top --every 5s\n"
        "gatewayctl top --once -o json | jq .status.requests_per_second",
    .options = kOptions,
    .outputs = "text json",
    .operand_words = "",
    .run = run,
    .group = "What runs now",
};

}  // namespace gateway::ctl

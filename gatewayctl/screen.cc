#include "gatewayctl/screen.h"

#include <langinfo.h>
#include <poll.h>
#include <unistd.h>

#include <clocale>
#include <csignal>
#include <cstdio>
#include <string_view>

// Last, as it defines macros of common names.
#define NCURSES_NOMACROS 1
#include <curses.h>

namespace gateway::ctl {
namespace {

volatile std::sig_atomic_t asked_to_end = 0;

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
constexpr int kPatience = 100;  // ms

void note(int number) {
  asked_to_end = number;
}

void catch_signals() {
  asked_to_end = 0;
  for (const int number : kSignals) {
    struct sigaction action {};
    action.sa_handler = note;
    ::sigaction(number, &action, nullptr);
  }
}

// What is shown is UTF-8, so the terminal is taken for one that shows it, whatever LANG says.
void use_utf8() {
  std::setlocale(LC_CTYPE, "");
  if (std::string_view(::nl_langinfo(CODESET)) != "UTF-8") std::setlocale(LC_CTYPE, "C.UTF-8");
}

enum Pair : short { kGreen = 1, kYellow, kRed };

attr_t attribute_of(Colour colour) {
  const bool colours = ::has_colors();
  switch (colour) {
    case Colour::bold:
      return A_BOLD;
    case Colour::dim:
      return A_DIM;
    case Colour::green:
      return colours ? COLOR_PAIR(kGreen) : A_NORMAL;
    case Colour::yellow:
      return colours ? COLOR_PAIR(kYellow) : A_NORMAL;
    case Colour::red:
      return colours ? COLOR_PAIR(kRed) : A_BOLD;
    case Colour::none:
      break;
  }
  return A_NORMAL;
}

void start_colours() {
  ::start_color();
  ::use_default_colors();
  ::init_pair(kGreen, COLOR_GREEN, -1);
  ::init_pair(kYellow, COLOR_YELLOW, -1);
  ::init_pair(kRed, COLOR_RED, -1);
}

bool plain = false;  // no colour, as NO_COLOR asks

FullScreen::Input read_key() {
  using Event = FullScreen::Event;
  const int key = ::getch();
  switch (key) {
    case ERR:
      return {};
    case KEY_RESIZE:
      return {Event::resized, 0};
    case KEY_UP:
      return {Event::key, 'k'};
    case KEY_DOWN:
      return {Event::key, 'j'};
    case KEY_PPAGE:
      return {Event::key, 'K'};
    case KEY_NPAGE:
      return {Event::key, 'J'};
    default:
      return key > 0 && key < 0x80 ? FullScreen::Input{Event::key, static_cast<char>(key)}
                                   : FullScreen::Input{};
  }
}

}  // namespace

std::optional<FullScreen> FullScreen::open(bool colour) {
  use_utf8();
  SCREEN* terminal = ::newterm(nullptr, stdout, stdin);
  if (terminal == nullptr) return std::nullopt;
  catch_signals();
  ::cbreak();
  ::noecho();
  ::nonl();
  ::keypad(stdscr, TRUE);
  ::nodelay(stdscr, TRUE);
  ::curs_set(0);
  plain = !colour;
  if (colour && ::has_colors()) start_colours();
  return FullScreen(terminal);
}

void FullScreen::End::operator()(void* terminal) const {
  ::endwin();
  ::delscreen(static_cast<SCREEN*>(terminal));
  for (const int number : kSignals) ::signal(number, SIG_DFL);
}

std::size_t FullScreen::width() const {
  return static_cast<std::size_t>(::getmaxx(stdscr));
}

std::size_t FullScreen::height() const {
  return static_cast<std::size_t>(::getmaxy(stdscr));
}

void FullScreen::show(const std::vector<TopLine>& lines) {
  ::erase();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    ::move(static_cast<int>(i), 0);
    for (const Cell& cell : lines[i]) {
      const attr_t attribute = plain ? A_NORMAL : attribute_of(cell.colour);
      ::attron(static_cast<int>(attribute));
      ::addstr(cell.text.c_str());
      ::attroff(static_cast<int>(attribute));
    }
  }
  ::refresh();
}

FullScreen::Input FullScreen::wait() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  ::poll(&input, 1, kPatience);
  if (asked_to_end != 0 || (input.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) {
    return {Event::ended, 0};
  }
  return read_key();
}

int FullScreen::signal() const {
  return asked_to_end;
}

}  // namespace gateway::ctl

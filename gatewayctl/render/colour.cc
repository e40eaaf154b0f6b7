#include "gatewayctl/render/colour.h"

#include <fmt/format.h>

namespace gateway::ctl {

std::string paint(std::string_view text, Colour colour, bool on) {
  if (!on || colour == Colour::none) return std::string(text);
  const int code = [&] {
    switch (colour) {
      case Colour::bold:
        return 1;
      case Colour::dim:
        return 2;
      case Colour::green:
        return 32;
      case Colour::yellow:
        return 33;
      case Colour::red:
        return 31;
      case Colour::none:
        break;
    }
    return 0;
  }();
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

}  // namespace gateway::ctl

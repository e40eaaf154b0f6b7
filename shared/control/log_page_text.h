#pragma once

#include <string>

#include "shared/store/logs.h"

namespace gateway::control {

// The text of to_document(page), byte for byte, in a tenth of the time: whoever follows the log of
// a busy gateway asks for tens of thousands of rows a second. Bytes that are not UTF-8 become
// U+FFFD.
std::string log_page_text(const store::LogPage& page);

}  // namespace gateway::control

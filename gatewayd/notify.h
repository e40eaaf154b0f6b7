#pragma once

#include <string_view>

namespace gateway {

// Tells systemd of the daemon's state (sd_notify(3)): "READY=1", "STOPPING=1". Does nothing unless
// $NOTIFY_SOCKET is set; a supervisor that does not listen is no error.
void notify_supervisor(std::string_view state);

// "RELOADING=1" with the time that Type=notify-reload asks for.
void notify_reloading();

}  // namespace gateway

#pragma once

#include "gatewayd/metrics/families.h"

namespace gateway {

class Daemon;

// Every metric of a running daemon, as it is now. Waits for no worker; takes locks of its own and
// reads files, so it is not for their threads.
metrics::Families report_metrics(const Daemon& daemon);

}  // namespace gateway

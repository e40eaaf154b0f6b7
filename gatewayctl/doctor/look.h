#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gatewayctl/doctor/machine.h"
#include "shared/config/model.h"

// Looks at the machine for what machine.h holds. Changes nothing: a port is bound for a moment and
// never listened on. Each blocks for no longer than is said at it.
namespace gateway::ctl::doctor {

// How long all names together may take, and how long the database is looked at.
inline constexpr milliseconds kNamePatience{3000};
inline constexpr milliseconds kStorePatience{10'000};

// The user of that name, with its groups; none: there is no such user.
std::optional<Runner> runner_named(const std::string& name);
// gatewayd, when root asks and there is such a user; else who asks.
Runner likely_runner();

// Who answers at the control socket; none: nobody.
std::optional<Process> daemon_at(const std::string& socket);

Descriptors look_at_descriptors(const config::Gateway& gateway,
                                const std::optional<Process>& daemon);
std::vector<Port> look_at_ports(const config::Config& config, const Runner& runner,
                                const std::optional<Process>& daemon);
// Those of the configuration at `path`, of the database, the control socket and the log.
std::vector<Place> look_at_places(const config::Config& config, const std::string& path);
Disk look_at_disk(const config::Store& store);
ClockReading look_at_clock(const std::string& config_path, const config::Store& store,
                           UnixMicros now);
std::vector<Name> look_up_names(const config::Config& config, milliseconds patience);
// Certificates of listeners, and keys of clients that end.
std::vector<Expiry> look_at_expiries(const config::Config& config);
Store look_at_store(const config::Store& store, milliseconds patience);
Kernel look_at_kernel(const config::Config& config);

// A certificate file in PEM; the chain's first that ends counts.
Expiry look_at_certificate(const std::string& what, const std::string& path);

// The hard limit of LimitNOFILE= in a systemd unit with its drop-ins, one text after the other: the
// last one counts (systemd.exec(5)). None: it is not set, or to infinity.
std::optional<std::uint64_t> limit_of_unit(std::string_view text);

// Inodes of the sockets that listen on a port, from the text of /proc/net/tcp or tcp6.
std::vector<std::uint64_t> listening_on(std::string_view table, std::uint16_t port);

}  // namespace gateway::ctl::doctor

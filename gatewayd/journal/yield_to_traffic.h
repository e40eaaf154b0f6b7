#pragma once

namespace gateway::journal {

// Traffic goes before the log where both want one core: a batch of rows takes milliseconds, which a
// request would have to wait. The calling thread keeps about a third of a core that is fought over,
// as the log must not fall behind for good, but in slices so short that no request waits long for
// one of them to end (Linux 6.12 and later; before, their length is not heeded). A kernel that
// refuses changes nothing but that.
void yield_to_traffic();

// To be called by that thread every 0.1 ms of work or so: traffic that came meanwhile goes first. A
// thread that is woken in the first part of another's slice would else wait for the timer tick, up
// to 4 ms.
void let_traffic_pass();

}  // namespace gateway::journal

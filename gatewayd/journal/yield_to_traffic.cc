#include "gatewayd/journal/yield_to_traffic.h"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace gateway::journal {
namespace {

// struct sched_attr of sched_setattr(2) in its first version; glibc has it from 2.41 on, and the
// kernel's own header does not go with sched.h.
struct Attributes {
  std::uint32_t size = sizeof(Attributes);
  std::uint32_t policy = 0;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime_ns = 0;
  std::uint64_t deadline_ns = 0;
  std::uint64_t period_ns = 0;
};

}  // namespace

void yield_to_traffic() {
  Attributes attributes;
  attributes.policy = SCHED_BATCH;
  attributes.nice = 3;
  attributes.runtime_ns = 100'000;                   // the least there is
  ::syscall(SYS_sched_setattr, 0, &attributes, 0U);  // 0: this thread alone (sched(7))
}

void let_traffic_pass() {
  ::sched_yield();
}

}  // namespace gateway::journal

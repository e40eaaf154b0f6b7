#include "gatewayd/proxy/context.h"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <array>
#include <ctime>

#include "gatewayd/proxy/cache_fill.h"

namespace gateway::proxy {
namespace {

constexpr std::size_t kKeptWorkspaces = 512;  // five HTTP/2 connections full of requests
// A string that one large head made grow is not kept: memory follows what is usual.
constexpr std::size_t kKeptCapacity = 16 * 1024;

constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

void shrink(std::string& text) {
  if (text.capacity() > kKeptCapacity) text = std::string();
}

void shrink(decision::Exchange& x) {
  for (std::string* text :
       {&x.answer_lines, &x.client_memory, &x.host_memory, &x.path_memory, &x.rewrite_memory,
        &x.query_memory, &x.body_memory, &x.cache_key, &x.brought.answer}) {
    shrink(*text);
  }
  // Nobody's password stays where the next request's will be.
  std::string& password = x.awaited.password.password;
  ::OPENSSL_cleanse(password.data(), password.size());
  password.clear();
}

}  // namespace

Workspace::Workspace() = default;
Workspace::~Workspace() = default;

std::unique_ptr<Workspace> Context::take_workspace() {
  if (workspaces_.empty()) return std::make_unique<Workspace>();
  std::unique_ptr<Workspace> workspace = std::move(workspaces_.back());
  workspaces_.pop_back();
  return workspace;
}

void Context::give_workspace(std::unique_ptr<Workspace> workspace) {
  if (workspaces_.size() >= kKeptWorkspaces) return;
  shrink(workspace->request_head);
  shrink(workspace->response_head);
  shrink(workspace->held_body);
  shrink(workspace->kept);
  shrink(workspace->exchange);
  workspaces_.push_back(std::move(workspace));
}

void Context::read_wall_clock(SteadyTime now) {
  wall_read_at_ = now;
  wall_ = SystemClock().unix_now();
  const auto seconds_now = static_cast<std::time_t>(wall_ / 1'000'000);
  std::tm utc{};
  ::gmtime_r(&seconds_now, &utc);
  date_ = fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                      kDays[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
                      kMonths[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900,
                      utc.tm_hour, utc.tm_min, utc.tm_sec);
}

UnixMicros Context::unix_time(SteadyTime now) {
  constexpr auto kReadEvery = 100ms;  // bounds how far a step of the wall clock is followed late
  if (now - wall_read_at_ > kReadEvery) read_wall_clock(now);
  return wall_ + std::chrono::duration_cast<microseconds>(now - wall_read_at_).count();
}

std::string_view Context::date() {
  unix_time(loop.now());
  return date_;
}

}  // namespace gateway::proxy

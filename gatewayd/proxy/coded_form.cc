#include "gatewayd/proxy/coded_form.h"

#include <algorithm>

namespace gateway::proxy {
namespace {

using Coded = policy::CacheBody::Coded;

// What is compressed before others have their turn: some milliseconds.
constexpr std::size_t kTurn = 64 * 1024;

}  // namespace

net::Task<std::shared_ptr<const Coded>> coded_form(ClientConnection& client,
                                                   const decision::Snapshot& snapshot,
                                                   const policy::CacheBody& body,
                                                   decision::Exchange& x) {
  Context& context = client.context;
  const policy::Coding coding = *x.compress.coding;
  const auto index = static_cast<std::size_t>(coding);
  std::shared_ptr<const Coded> known = body.coded(index);
  if (known != nullptr) co_return known;
  auto made = std::make_shared<Coded>();
  auto encoder =
      context.encoders.take(coding, body.bytes.size(), snapshot.config.compression.max_active);
  bool good = static_cast<bool>(encoder);
  for (std::string_view rest = body.bytes; good && !rest.empty();) {
    good = encoder->write(rest.substr(0, kTurn), made->bytes);
    rest.remove_prefix(std::min(kTurn, rest.size()));
    if (!rest.empty()) co_await context.loop.yield();
  }
  good = good && encoder->finish(made->bytes);
  if (!good) {
    x.compress.coding.reset();
    co_return nullptr;
  }
  made->bytes.shrink_to_fit();
  made->share = context.decisions.cache->new_share();
  const bool room = context.decisions.cache->reserve(made->share, made->bytes.capacity());
  if (room) body.keep_coded(index, made);
  co_return made;
}

}  // namespace gateway::proxy

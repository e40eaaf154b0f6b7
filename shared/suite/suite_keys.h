#pragma once

#include <span>

#include "shared/config/key_tree.h"

namespace gateway::suite {

// Every key of a file of tests: the one place where they are described.
std::span<const config::Key> keys();

// The same as a tree. Built at the first call; any thread.
const config::KeyNode& key_tree();

}  // namespace gateway::suite

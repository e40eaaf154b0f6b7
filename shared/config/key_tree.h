#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/config/keys.h"

namespace gateway::config {

// The table of keys as a tree that follows the nesting of a file. Immutable once built.
struct KeyNode {
  std::string_view name;     // as the file spells it: "secret_file" for one form of a secret
  const Key* key = nullptr;  // nothing for the root alone
  std::vector<std::unique_ptr<KeyNode>> children;
  std::unique_ptr<KeyNode> any;   // below a name that the author chooses ("*")
  std::unique_ptr<KeyNode> item;  // a table of a list ("[]"); its key is that of the list

  const KeyNode* child(std::string_view wanted) const;
};

// The root. Built at the first call; any thread.
const KeyNode& key_tree();

// The root of another table than that of the configuration; `keys` must outlive it.
KeyNode build_key_tree(std::span<const Key> keys);

// The spellings of a secret's key beside its own name.
inline constexpr std::string_view kSecretFile = "_file";
inline constexpr std::string_view kSecretCredential = "_credential";

}  // namespace gateway::config

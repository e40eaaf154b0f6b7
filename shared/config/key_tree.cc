#include "shared/config/key_tree.h"

#include <cassert>
#include <deque>

namespace gateway::config {
namespace {

KeyNode& add_child(KeyNode& parent, std::string_view name, const Key& key) {
  auto node = std::make_unique<KeyNode>();
  node->name = name;
  node->key = &key;
  parent.children.push_back(std::move(node));
  return *parent.children.back();
}

// The node that `part` of a path leads to; tables stand before what they hold.
KeyNode& descend(KeyNode& from, std::string_view part) {
  if (part == "*") return *from.any;
  const bool item = part.size() > 2 && part.substr(part.size() - 2) == "[]";
  if (item) part.remove_suffix(2);
  for (const auto& child : from.children) {
    if (child->name != part) continue;
    if (!item) return *child;
    if (!child->item) {
      child->item = std::make_unique<KeyNode>();
      child->item->name = child->name;
      child->item->key = child->key;
    }
    return *child->item;
  }
  assert(false && "a key stands before the table that holds it");
  return from;
}

void add(KeyNode& root, const Key& key) {
  KeyNode* at = &root;
  std::string_view path = key.path;
  for (std::size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
    at = &descend(*at, path.substr(0, dot));
    path.remove_prefix(dot + 1);
  }
  if (path == "*") {
    at->any = std::make_unique<KeyNode>();
    at->any->name = path;
    at->any->key = &key;
    return;
  }
  add_child(*at, path, key);
  if (key.type == KeyType::secret) {
    // The names outlive the tree: a view needs an owner. Tables with secrets are built one at a
    // time, as there is only that of the configuration.
    static std::deque<std::string> names;
    for (const std::string_view form : {kSecretFile, kSecretCredential}) {
      add_child(*at, names.emplace_back(std::string(path).append(form)), key);
    }
  }
}

}  // namespace

KeyNode build_key_tree(std::span<const Key> keys) {
  KeyNode root;
  for (const Key& key : keys) add(root, key);
  return root;
}

const KeyNode* KeyNode::child(std::string_view wanted) const {
  for (const auto& node : children) {
    if (node->name == wanted) return node.get();
  }
  return any.get();
}

const KeyNode& key_tree() {
  static const KeyNode root = build_key_tree(keys());
  return root;
}

}  // namespace gateway::config

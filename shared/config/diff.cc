#include "shared/config/diff.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace gateway::config {
namespace {

// A list is shown whole up to this many bytes, before and after together; of a longer one what
// came and what went.
constexpr std::size_t kMostShown = 60;
constexpr std::size_t kShortFingerprint = 4;
constexpr std::size_t kLongFingerprint = 16;

using Item = EffectiveValue::Item;

std::string shown(const Item& item) {
  return item.detail.empty() ? item.text : fmt::format("{} ({})", item.text, item.detail);
}

std::string list_text(const EffectiveValue& value) {
  std::vector<std::string> items;
  for (const Item& item : value.items) items.push_back(fmt::format("\"{}\"", shown(item)));
  return fmt::format("[{}]", fmt::join(items, ", "));
}

const Item* find(const std::vector<Item>& items, std::string_view text) {
  const auto found =
      std::find_if(items.begin(), items.end(), [&](const Item& item) { return item.text == text; });
  return found == items.end() ? nullptr : &*found;
}

// What went, what came, and what changed of items that stay.
std::string list_changes(const EffectiveValue& from, const EffectiveValue& to) {
  std::vector<std::string> parts;
  for (const Item& item : from.items) {
    const Item* stays = find(to.items, item.text);
    if (stays == nullptr) {
      parts.push_back(fmt::format("- {}", shown(item)));
    } else if (stays->detail != item.detail) {
      parts.push_back(fmt::format("{} ({} → {})", item.text,
                                  item.detail.empty() ? "defaults" : item.detail,
                                  stays->detail.empty() ? "defaults" : stays->detail));
    }
  }
  for (const Item& item : to.items) {
    if (find(from.items, item.text) == nullptr) parts.push_back(fmt::format("+ {}", shown(item)));
  }
  return parts.empty() ? "another order" : fmt::format("{}", fmt::join(parts, ", "));
}

bool loses_items(const EffectiveValue& from, const EffectiveValue& to) {
  return std::any_of(from.items.begin(), from.items.end(),
                     [&](const Item& item) { return find(to.items, item.text) == nullptr; });
}

class Difference {
 public:
  Difference(const Fingerprint& fingerprint, std::vector<Change>& changes)
      : fingerprint_(fingerprint), changes_(changes) {}

  void tables(const Effective& from, const Effective& to, const std::string& prefix) {
    merge(from.values, to.values, [&](const EffectiveValue* before, const EffectiveValue* after) {
      value(before, after, prefix);
    });
    merge(from.tables, to.tables,
          [&](const Effective* before, const Effective* after) { table(before, after, prefix); });
  }

 private:
  // Visits both in their common order; nothing stands for what one side does not have.
  template <class Named, class Visit>
  static void merge(const std::vector<Named>& from, const std::vector<Named>& to, Visit visit) {
    auto a = from.begin();
    auto b = to.begin();
    while (a != from.end() || b != to.end()) {
      if (b == to.end() || (a != from.end() && a->place() < b->place())) {
        visit(&*a++, nullptr);
      } else if (a == from.end() || b->place() < a->place()) {
        visit(nullptr, &*b++);
      } else {
        visit(&*a++, &*b++);
      }
    }
  }

  void table(const Effective* before, const Effective* after, const std::string& prefix) {
    const Effective& there = before != nullptr ? *before : *after;
    const std::string path = prefix + there.name;
    if (before != nullptr && after != nullptr) {
      tables(*before, *after, path + ".");
    } else if (there.by_presence) {
      add({before == nullptr ? ChangeKind::added : ChangeKind::removed, path, {}, {}, {}},
          there.key, false);
    } else {
      const Effective none{there.name, there.key, false, 0, {}, {}};
      tables(before != nullptr ? *before : none, after != nullptr ? *after : none, path + ".");
    }
  }

  void value(const EffectiveValue* before, const EffectiveValue* after, const std::string& prefix) {
    const EffectiveValue& given = before != nullptr ? *before : *after;
    const EffectiveValue fallback =
        given.name == last_name(*given.key) ? default_of(*given.key) : EffectiveValue{};
    if (!fallback.name.empty()) {
      if (before == nullptr) before = &fallback;
      if (after == nullptr) after = &fallback;
    }
    if (before != nullptr && after != nullptr && before->same_as(*after)) return;
    Change change{ChangeKind::changed, prefix + given.name, {}, {}, {}};
    if (before == nullptr) change.kind = ChangeKind::added;
    if (after == nullptr) change.kind = ChangeKind::removed;
    if (given.secret) {
      tell_secret(before, after, change);
    } else {
      tell(before, after, change);
    }
    add(std::move(change), given.key,
        before != nullptr && after != nullptr && loses_items(*before, *after));
  }

  static std::string text_of(const EffectiveValue& value) {
    return value.is_list ? list_text(value) : value.text;
  }

  static void tell(const EffectiveValue* before, const EffectiveValue* after, Change& change) {
    if (before != nullptr) change.before = text_of(*before);
    if (after != nullptr) change.after = text_of(*after);
    if (before == nullptr || after == nullptr) {
      change.what = before == nullptr ? change.after : change.before;
      return;
    }
    const bool piecemeal =
        before->is_list && (before->key->type == KeyType::instances ||
                            change.before.size() + change.after.size() > kMostShown);
    change.what = piecemeal ? list_changes(*before, *after)
                            : fmt::format("{} → {}", change.before, change.after);
  }

  void tell_secret(const EffectiveValue* before, const EffectiveValue* after, Change& change) {
    std::size_t digits = kShortFingerprint;
    if (before != nullptr && after != nullptr &&
        fingerprint_(before->text, digits) == fingerprint_(after->text, digits)) {
      digits = kLongFingerprint;
    }
    if (before != nullptr) change.before = fingerprint_(before->text, digits);
    if (after != nullptr) change.after = fingerprint_(after->text, digits);
    if (before == nullptr) {
      change.what = fmt::format("set ({})", change.after);
    } else if (after == nullptr) {
      change.what = fmt::format("was set ({})", change.before);
    } else {
      change.what = fmt::format("changed ({} → {})", change.before, change.after);
    }
  }

  void add(Change change, const Key* key, bool loses) {
    if (const EffectRule* rule = find_effect(key->path, change.kind, loses)) {
      change.effect = rule->effect;
      change.note = rule->note;
    }
    changes_.push_back(std::move(change));
  }

  const Fingerprint& fingerprint_;
  std::vector<Change>& changes_;
};

}  // namespace

std::vector<Change> diff(const Effective& from, const Effective& to,
                         const Fingerprint& fingerprint) {
  std::vector<Change> changes;
  Difference(fingerprint, changes).tables(from, to, {});
  return changes;
}

}  // namespace gateway::config

#include "shared/policy/query_changes.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <utility>

#include "shared/policy/percent.h"

namespace gateway::policy {
namespace {

using config::NamedText;

// Room for any name that a change may have.
using NameRoom = std::array<char, kMaxParameterNameBytes>;

// Takes the next parameter, up to "&", off `rest`; `more` says whether another one follows.
std::string_view take_parameter(std::string_view& rest, bool& more) {
  const std::size_t end = rest.find('&');
  const std::string_view parameter = rest.substr(0, end);
  more = end != std::string_view::npos;
  rest.remove_prefix(more ? end + 1 : rest.size());
  return parameter;
}

// The octet that the escape at the start of `text` stands for; -1 when there is none.
int escaped_octet(std::string_view text) {
  if (text.size() < 3 || text[0] != '%') return -1;
  const int high = hex_value(text[1]);
  const int low = hex_value(text[2]);
  return high < 0 || low < 0 ? -1 : high << 4 | low;
}

// The decoded name; false when it is longer than any that could be meant.
bool decode_name(std::string_view raw, NameRoom& room, std::string_view& name) {
  std::size_t size = 0;
  for (std::size_t at = 0; at < raw.size(); ++at) {
    if (size == room.size()) return false;
    const int octet = escaped_octet(raw.substr(at));
    if (octet >= 0) at += 2;
    room[size++] = octet >= 0 ? static_cast<char>(octet) : (raw[at] == '+' ? ' ' : raw[at]);
  }
  name = {room.data(), size};
  return true;
}

std::uint64_t length_bit(std::string_view name) {
  return std::uint64_t{1} << (name.size() % 64);
}

}  // namespace

QueryChanges::QueryChanges(const config::QueryChanges& changes) {
  for (const auto& name : changes.remove) {
    if (parameter_fault(*name) == nullptr) changes_.push_back({*name, {}, {}});
  }
  for (const NamedText& pair : changes.set) {
    auto value = Template::compile(pair.value, Template::Scope::with_identity);
    if (parameter_fault(pair.name) != nullptr || !value) continue;
    Change change{pair.name, {}, *std::move(value)};
    append_component(pair.name, change.start);
    change.start += '=';
    changes_.push_back(std::move(change));
    sets_ = true;
  }
  // What passes both bounds together is refused by faults(); Writer has a bit for each.
  if (changes_.size() > 2 * kMaxQueryChanges) changes_.resize(2 * kMaxQueryChanges);
  for (const Change& change : changes_) lengths_ |= length_bit(change.name);
}

// Builds the changed query. A parameter may be empty, so that whether one went before cannot be
// told from the text so far.
class QueryChanges::Writer {
 public:
  Writer(const std::vector<Change>& changes, const TemplateValues& values, std::string& out)
      : changes_(changes), values_(values), out_(out) {}

  void keep(std::string_view parameter) {
    separate();
    out_ += parameter;
  }

  void replace(const Change& change) {
    const auto index = static_cast<std::size_t>(&change - changes_.data());
    if (change.start.empty() || written_[index]) return;
    written_.set(index);
    separate();
    out_ += change.start;
    // One that is too long leaves nothing behind "=".
    (void)change.value.apply(values_, Escape::component, out_);
  }

  void finish() {
    for (const Change& change : changes_) replace(change);
  }

 private:
  void separate() {
    if (any_) out_ += '&';
    any_ = true;
  }

  const std::vector<Change>& changes_;
  const TemplateValues& values_;
  std::string& out_;
  std::bitset<2 * kMaxQueryChanges> written_;
  bool any_ = false;
};

const QueryChanges::Change* QueryChanges::change_of(std::string_view parameter) const {
  NameRoom room;
  std::string_view name;
  if (!decode_name(parameter.substr(0, parameter.find('=')), room, name)) return nullptr;
  if ((lengths_ & length_bit(name)) == 0) return nullptr;
  const auto found = std::find_if(changes_.begin(), changes_.end(),
                                  [name](const Change& change) { return change.name == name; });
  return found == changes_.end() ? nullptr : &*found;
}

std::string_view QueryChanges::apply(std::string_view query, const TemplateValues& values,
                                     std::string& scratch) const {
  // Up to the first parameter that changes nothing is copied.
  std::string_view rest = query;
  std::size_t untouched = 0;
  bool more = !query.empty();
  const Change* first = nullptr;
  while (more && first == nullptr) {
    untouched = query.size() - rest.size();
    first = change_of(take_parameter(rest, more));
  }
  if (first == nullptr && !sets_) return query;

  scratch.clear();
  Writer writer(changes_, values, scratch);
  if (first == nullptr) {
    if (!query.empty()) writer.keep(query);
  } else {
    if (untouched > 0) writer.keep(query.substr(0, untouched - 1));
    writer.replace(*first);
  }
  while (more) {
    const std::string_view parameter = take_parameter(rest, more);
    if (const Change* change = change_of(parameter)) {
      writer.replace(*change);
    } else {
      writer.keep(parameter);
    }
  }
  writer.finish();
  return scratch;
}

}  // namespace gateway::policy

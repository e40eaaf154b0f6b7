#include "shared/policy/strict_json.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace gateway::policy {
namespace {

using Json = nlohmann::json;

constexpr const char* kNotJson = "it is not valid JSON";

class Reader final : public nlohmann::json_sax<Json> {
 public:
  Reader(const std::function<void(const JsonValue&)>& each,
         const std::function<void(std::string_view)>& each_member)
      : each_(each), each_member_(each_member) {}

  const char* fault() const { return fault_; }

  bool null() override { return inside(); }
  bool boolean(bool value) override {
    return emit(JsonValue::Kind::boolean, value ? "true" : "false", value ? 1 : 0);
  }
  bool number_integer(std::int64_t value) override { return integer(value); }
  bool number_unsigned(std::uint64_t value) override { return integer(value); }
  bool number_float(double value, const std::string& text) override {
    return emit(JsonValue::Kind::real, text, value);
  }
  bool string(std::string& text) override { return emit(JsonValue::Kind::string, text, 0); }
  bool binary(Json::binary_t& /*bytes*/) override { return false; }

  bool start_object(std::size_t /*size*/) override { return open(true); }
  bool start_array(std::size_t /*size*/) override { return inside() && open(false); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(std::string& name) override {
    const Frame& frame = frames_.back();
    if (names_.size() - frame.first_name == kMaxJsonMembers)
      return fail("an object has too many members");
    const std::size_t hash = std::hash<std::string>{}(name);
    for (std::size_t i = frame.first_name; i < names_.size(); ++i) {
      if (names_[i].hash == hash && text_of(names_[i]) == name)
        return fail("an object has a member twice");
    }
    names_.push_back({hash, bytes_.size(), name.size()});
    bytes_ += name;
    path_.resize(frame.path);
    if (frames_.size() > 1) path_ += '.';
    path_ += name;
    if (frames_.size() == 1 && each_member_) each_member_(name);
    return true;
  }

  bool parse_error(std::size_t /*at*/, const std::string& /*token*/,
                   const Json::exception& /*why*/) override {
    return fail(kNotJson);
  }

 private:
  struct Frame {
    bool object;
    bool plain;  // its values are reported
    std::size_t path;
    std::size_t first_name;
    std::size_t first_byte;
  };
  struct Name {
    std::size_t hash;
    std::size_t at;
    std::size_t size;
  };

  std::string_view text_of(const Name& name) const {
    return std::string_view(bytes_).substr(name.at, name.size);
  }

  bool fail(const char* why) {
    if (fault_ == nullptr) fault_ = why;
    return false;
  }

  bool inside() { return !frames_.empty() || fail("it is not a JSON object"); }

  bool open(bool object) {
    if (frames_.size() == kMaxJsonDepth) return fail("objects and lists are nested too deeply");
    const bool plain = frames_.empty() || (frames_.back().object && frames_.back().plain);
    frames_.push_back({object, plain, path_.size(), names_.size(), bytes_.size()});
    return true;
  }

  bool close() {
    names_.resize(frames_.back().first_name);
    bytes_.resize(frames_.back().first_byte);
    path_.resize(frames_.back().path);
    frames_.pop_back();
    return true;
  }

  template <class Integer>
  bool integer(Integer value) {
    char digits[24];
    const auto end = std::to_chars(std::begin(digits), std::end(digits), value).ptr;
    return emit(JsonValue::Kind::integer, {digits, static_cast<std::size_t>(end - digits)},
                static_cast<double>(value));
  }

  bool emit(JsonValue::Kind kind, std::string_view text, double number) {
    if (!inside()) return false;
    const Frame& frame = frames_.back();
    if (!frame.plain) return true;
    const std::size_t depth = frames_.size() - (frame.object ? 0 : 1);
    each_({path_, kind, text, number, depth, !frame.object});
    return true;
  }

  const std::function<void(const JsonValue&)>& each_;
  const std::function<void(std::string_view)>& each_member_;
  std::vector<Frame> frames_;
  std::vector<Name> names_;
  std::string bytes_;
  std::string path_;
  const char* fault_ = nullptr;
};

}  // namespace

const char* read_json_object(std::string_view text,
                             const std::function<void(const JsonValue&)>& each,
                             const std::function<void(std::string_view)>& each_member) {
  Reader reader(each, each_member);
  const bool ok = Json::sax_parse(text.begin(), text.end(), &reader);
  return ok || reader.fault() != nullptr ? reader.fault() : kNotJson;
}

}  // namespace gateway::policy

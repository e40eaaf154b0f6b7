#include "shared/config/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <span>
#include <utility>

#include "shared/config/build.h"
#include "shared/config/check.h"
#include "shared/config/check_value.h"
#include "shared/config/control_rules.h"
#include "shared/config/effective.h"
#include "shared/config/files.h"
#include "shared/config/limits.h"
#include "shared/config/mask.h"
#include "shared/config/merge.h"
#include "shared/config/references.h"
#include "shared/config/substitute.h"
#include "shared/config/toml_parse.h"

namespace gateway::config {
namespace {

// One run of loading: reads files one after another into a single document, then checks it.
class Loading {
 public:
  enum class Includes : std::uint8_t { refused, read, given };

  // `base`: where the main file stands, or is to; `given`: texts in the place of included files.
  Loading(const Environment& environment, Includes includes, std::string base,
          const std::vector<SourceFile>& given)
      : environment_(environment),
        includes_(includes),
        base_(std::move(base)),
        given_(given),
        report_(files_),
        merge_(report_) {}

  void read_main(const std::string& path) {
    auto text = read_file(path);
    if (!text) {
      files_.push_back({path, {}});
      report_.error("unreadable-file", {0, 0, 0, 0},
                    fmt::format("{} cannot be read: {}", path, text.error().reason));
      whole_ = false;
      return;
    }
    add_main(path, std::move(*text));
  }

  void add_main(std::string path, std::string text) {
    auto document = parse(std::move(path), std::move(text));
    if (!document) return;
    patterns_ = take_include(*document);
    merge_.add(std::move(*document));
    if (includes_ == Includes::given) {
      for (const SourceFile& file : given_) add_text(file.path, file.text);
      return;
    }
    for (const Setting<std::string>& pattern : patterns_) include(pattern);
  }

  ControlRules finish_control_rules() {
    constexpr std::string_view kControl[] = {"control"};
    return build_control_rules(check_document(take_sections(kControl), report_), base_);
  }

  std::optional<Effective> finish_effective(std::span<const std::string_view> sections) {
    return flattened(check_document(take_sections(sections), report_));
  }

  std::optional<Effective> finish_effective() {
    return flattened(check_document(merge_.take(), report_));
  }

  Loaded finish() {
    CheckedTable root = check_document(merge_.take(), report_);
    Config config = build_config(root, report_);
    // A file that could not be read may hold the very names that seem to be missing.
    if (whole_) check_references(config, report_);
    const ControlRules rules = build_control_rules(root, base_);
    check_control(rules, report_);
    check_managed_file(rules.managed_file);
    Loaded loaded;
    config.files = files_;
    for (const Setting<std::string>& pattern : patterns_) config.include.push_back(pattern.value);
    if (report_.errors() == 0) {
      loaded.config = std::move(config);
    } else if (whole_) {
      loaded.draft = std::move(config);
    }
    loaded.diagnostics.items = report_.take();
    loaded.diagnostics.files = std::move(files_);
    for (SourceFile& file : loaded.diagnostics.files) mask_secrets(file.text);
    return loaded;
  }

 private:
  // Most of the time goes into checking what nobody asked for.
  TomlNode take_sections(std::span<const std::string_view> sections) {
    TomlNode root = merge_.take();
    std::erase_if(root.entries, [&](const TomlEntry& entry) {
      return std::find(sections.begin(), sections.end(), entry.name) == sections.end();
    });
    return root;
  }

  std::optional<Effective> flattened(const CheckedTable& root) const {
    if (report_.errors() > 0) return std::nullopt;
    return flatten(root);
  }

  std::optional<TomlNode> parse(std::string path, std::string text) {
    const auto index = static_cast<std::uint32_t>(files_.size());
    if (text.size() > kMaxFileSize) {
      files_.push_back({std::move(path), {}});
      report_.error("unreadable-file", {index, 0, 0, 0},
                    fmt::format("the text is longer than {} bytes", kMaxFileSize));
      whole_ = false;
      return std::nullopt;
    }
    files_.push_back({std::move(path), std::move(text)});
    auto document = parse_toml(files_.back().text, index, report_);
    if (document) {
      substitute(*document, environment_, report_);
    } else {
      whole_ = false;
    }
    return document;
  }

  // What the API writes must be read again: the main file, or one that is included once it is
  // there.
  void check_managed_file(const Setting<std::string>& managed) {
    if (managed.value.empty()) return;
    if (!whole_ || includes_ == Includes::refused) return;
    const std::string& path = managed.value;
    if (path == base_ || is_known(path)) return;
    if (std::any_of(patterns_.begin(), patterns_.end(), [&](const Setting<std::string>& pattern) {
          return would_find(base_, pattern.value, path);
        })) {
      return;
    }
    report_.error("managed-file-not-read", managed.place,
                  fmt::format("control.managed_file is {}, which is not part of this config", path),
                  "name it in include, or set managed_file to a file that is");
  }

  // Takes `include` out of the main document, so that the other files may not have one.
  std::vector<Setting<std::string>> take_include(TomlNode& document) {
    const auto entry =
        std::find_if(document.entries.begin(), document.entries.end(),
                     [](const TomlEntry& candidate) { return candidate.name == "include"; });
    if (entry == document.entries.end()) return {};
    const KeyNode& schema = *key_tree().child("include");
    auto value = check_value(entry->node, schema, KeyPath{nullptr, "include", {}}, report_);
    const Place place = entry->place;
    document.entries.erase(entry);
    if (!value) return {};
    if (includes_ == Includes::refused && !value->list.empty()) {
      report_.error("include-refused", place, "a text that is not a file cannot include files",
                    "write it to a file first");
      return {};
    }
    return std::move(value->list);
  }

  void include(const Setting<std::string>& pattern) {
    auto found = find_files(base_, pattern.value);
    if (!found) {
      report_.error("unreadable-file", pattern.place,
                    fmt::format("{} cannot be searched: {}", pattern.value, found.error().reason));
      whole_ = false;
      return;
    }
    add_given(pattern.value, *found);
    if (found->empty() && !is_glob(pattern.value)) {
      report_.error("include-not-found", pattern.place,
                    fmt::format("{} is not there", pattern.value),
                    "paths are relative to this file's folder");
      whole_ = false;
    }
    for (const std::string& path : *found) {
      if (is_known(path)) continue;
      if (files_.size() > kMaxIncludes) {
        report_.error("too-many", pattern.place,
                      fmt::format("more than {} files are included", kMaxIncludes));
        whole_ = false;
        return;
      }
      add_included(path, pattern.place);
    }
  }

  // Texts for files that are not there are found as if they were.
  void add_given(const std::string& pattern, std::vector<std::string>& found) const {
    for (const SourceFile& file : given_) {
      if (!would_find(base_, pattern, file.path)) continue;
      if (std::find(found.begin(), found.end(), file.path) == found.end()) {
        found.push_back(file.path);
      }
    }
    std::sort(found.begin(), found.end());
  }

  // A file of the disk that is in already; the main file's own text is read once, wherever it is.
  bool is_known(const std::string& path) const {
    if (path == base_ || same_file(base_, path)) return true;
    return std::any_of(files_.begin() + 1, files_.end(), [&](const SourceFile& file) {
      return file.path == path || same_file(file.path, path);
    });
  }

  void add_included(const std::string& path, Place included_at) {
    const auto given = std::find_if(given_.begin(), given_.end(),
                                    [&](const SourceFile& file) { return file.path == path; });
    if (given != given_.end()) return add_text(path, given->text);
    auto text = read_file(path);
    if (!text) {
      report_.error("unreadable-file", included_at,
                    fmt::format("{} cannot be read: {}", path, text.error().reason));
      whole_ = false;
      return;
    }
    add_text(path, std::move(*text));
  }

  void add_text(const std::string& path, std::string text) {
    auto document = parse(path, std::move(text));
    if (!document) return;
    for (auto entry = document->entries.begin(); entry != document->entries.end(); ++entry) {
      if (entry->name != "include") continue;
      report_.error("nested-include", entry->place, "an included file cannot include further ones",
                    fmt::format("name them in {}", files_.front().path));
      document->entries.erase(entry);
      break;
    }
    merge_.add(std::move(*document));
  }

  const Environment& environment_;
  const Includes includes_;
  const std::string base_;
  const std::vector<SourceFile>& given_;
  std::vector<Setting<std::string>> patterns_;  // of `include`
  bool whole_ = true;                           // every file was read and parsed
  std::vector<SourceFile> files_;
  Report report_;
  Merge merge_;
};

// Of texts that were read already, the main file's first.
template <class Finish>
auto read_given(const std::vector<SourceFile>& files, const Environment& environment,
                const Finish& finish) {
  const std::vector<SourceFile> included(files.begin() + 1, files.end());
  Loading loading(environment, Loading::Includes::given, files.front().path, included);
  loading.add_main(files.front().path, files.front().text);
  return finish(loading);
}

}  // namespace

Environment process_environment() {
  return {[](std::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string(name).c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  }};
}

Loaded load(const std::string& path, const Environment& environment) {
  const std::vector<SourceFile> none;
  Loading loading(environment, Loading::Includes::read, path, none);
  loading.read_main(path);
  return loading.finish();
}

Loaded load(const Candidate& candidate, const Environment& environment) {
  using Includes = Loading::Includes;
  Loading loading(environment, candidate.sealed ? Includes::given : Includes::read, candidate.path,
                  candidate.included);
  loading.add_main(candidate.name, candidate.text);
  return loading.finish();
}

std::optional<Effective> read_effective(const std::vector<SourceFile>& files,
                                        const Environment& environment) {
  if (files.empty()) return std::nullopt;
  return read_given(files, environment, [](Loading& all) { return all.finish_effective(); });
}

std::optional<Effective> read_effective(const std::vector<SourceFile>& files,
                                        std::span<const std::string_view> sections,
                                        const Environment& environment) {
  if (files.empty()) return std::nullopt;
  return read_given(files, environment,
                    [&](Loading& all) { return all.finish_effective(sections); });
}

ControlRules read_control_rules(const std::vector<SourceFile>& files,
                                const Environment& environment) {
  if (files.empty()) return {};
  return read_given(files, environment, [](Loading& all) { return all.finish_control_rules(); });
}

Loaded load_text(std::string path, std::string text, const Environment& environment) {
  const std::vector<SourceFile> none;
  Loading loading(environment, Loading::Includes::refused, path, none);
  loading.add_main(std::move(path), std::move(text));
  return loading.finish();
}

}  // namespace gateway::config

#include "shared/config/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "shared/config/build.h"
#include "shared/config/check.h"
#include "shared/config/check_value.h"
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
  Loading(const Environment& environment, bool may_include)
      : environment_(environment), may_include_(may_include), report_(files_), merge_(report_) {}

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
    const auto patterns = take_include(*document);
    merge_.add(std::move(*document));
    for (const Setting<std::string>& pattern : patterns) include(pattern);
  }

  Loaded finish() {
    CheckedTable root = check_document(merge_.take(), report_);
    Config config = build_config(root, report_);
    // A file that could not be read may hold the very names that seem to be missing.
    if (whole_) check_references(config, report_);
    Loaded loaded;
    config.files = files_;
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

  // Takes `include` out of the main document, so that the other files may not have one.
  std::vector<Setting<std::string>> take_include(TomlNode& document) {
    const auto entry =
        std::find_if(document.entries.begin(), document.entries.end(),
                     [](const TomlEntry& candidate) { return candidate.name == "include"; });
    if (entry == document.entries.end()) return {};
    const KeyNode& schema = *key_tree().child("include");
    auto value = check_value(entry->node, schema, KeyPath{nullptr, "include", {}},
                             Unsupported::refuse, report_);
    const Place place = entry->place;
    document.entries.erase(entry);
    if (!value) return {};
    if (!may_include_ && !value->list.empty()) {
      report_.error("include-refused", place, "a text that is not a file cannot include files",
                    "write it to a file first");
      return {};
    }
    return std::move(value->list);
  }

  void include(const Setting<std::string>& pattern) {
    const auto found = find_files(files_.front().path, pattern.value);
    if (!found) {
      report_.error("unreadable-file", pattern.place,
                    fmt::format("{} cannot be searched: {}", pattern.value, found.error().reason));
      whole_ = false;
      return;
    }
    if (found->empty() && !is_glob(pattern.value)) {
      report_.error("include-not-found", pattern.place,
                    fmt::format("{} is not there", pattern.value),
                    "paths are relative to this file's folder");
      whole_ = false;
    }
    for (const std::string& path : *found) {
      const bool known = std::any_of(files_.begin(), files_.end(), [&](const SourceFile& file) {
        return same_file(file.path, path);
      });
      if (known) continue;
      if (files_.size() > kMaxIncludes) {
        report_.error("too-many", pattern.place,
                      fmt::format("more than {} files are included", kMaxIncludes));
        whole_ = false;
        return;
      }
      add_included(path, pattern.place);
    }
  }

  void add_included(const std::string& path, Place included_at) {
    auto text = read_file(path);
    if (!text) {
      report_.error("unreadable-file", included_at,
                    fmt::format("{} cannot be read: {}", path, text.error().reason));
      whole_ = false;
      return;
    }
    auto document = parse(path, std::move(*text));
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
  bool may_include_;
  bool whole_ = true;  // every file was read and parsed
  std::vector<SourceFile> files_;
  Report report_;
  Merge merge_;
};

}  // namespace

Environment process_environment() {
  return {[](std::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string(name).c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  }};
}

Loaded load(const std::string& path, const Environment& environment) {
  Loading loading(environment, true);
  loading.read_main(path);
  return loading.finish();
}

Loaded load_text(std::string path, std::string text, const Environment& environment) {
  Loading loading(environment, false);
  loading.add_main(std::move(path), std::move(text));
  return loading.finish();
}

}  // namespace gateway::config

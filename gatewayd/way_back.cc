#include "gatewayd/way_back.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "shared/config/files.h"
#include "shared/config/write_file.h"

namespace gateway {
namespace {

using nlohmann::json;

constexpr int kFormat = 1;

// Bytes of a file may be no UTF-8, which JSON cannot hold: each byte becomes the character of its
// number, which gives it back exactly.
std::string to_characters(const std::string& bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      text += c;
    } else {
      text += static_cast<char>(0xc0 | byte >> 6);
      text += static_cast<char>(0x80 | (byte & 0x3f));
    }
  }
  return text;
}

std::string to_bytes(const std::string& text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x80 || i + 1 == text.size()) {
      bytes += text[i];
    } else {
      bytes +=
          static_cast<char>((byte & 0x03) << 6 | (static_cast<unsigned char>(text[++i]) & 0x3f));
    }
  }
  return bytes;
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

void sync_folder(const std::string& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

json to_document(const WayBack& way) {
  json files = json::array();
  for (const WayBack::File& file : way.files) {
    files.push_back({{"path", to_characters(file.path)},
                     {"text", file.text ? json(to_characters(*file.text)) : json(nullptr)}});
  }
  const decision::GuardFigures& before = way.before;
  return {{"format", kFormat},
          {"writing", way.writing},
          {"returned", way.returned},
          {"revision", way.revision},
          {"back_to", way.back_to},
          {"change", way.change},
          {"until", way.until.value_or(0)},
          {"guard", way.guard},
          {"guarded_until", way.guarded_until.value_or(0)},
          {"before",
           {before.requests, before.share_4xx, before.share_5xx, before.p50_us, before.p90_us,
            before.p95_us, before.p99_us}},
          {"seq", way.seq},
          {"files", std::move(files)}};
}

std::optional<UnixMicros> time_from(const json& in, const char* key) {
  const auto time = in.at(key).get<UnixMicros>();
  return time == 0 ? std::nullopt : std::optional(time);
}

WayBack from_document(const json& in) {
  WayBack way;
  in.at("writing").get_to(way.writing);
  in.at("returned").get_to(way.returned);
  in.at("revision").get_to(way.revision);
  in.at("back_to").get_to(way.back_to);
  in.at("change").get_to(way.change);
  way.until = time_from(in, "until");
  in.at("guard").get_to(way.guard);
  way.guarded_until = time_from(in, "guarded_until");
  const json& before = in.at("before");
  before.at(0).get_to(way.before.requests);
  before.at(1).get_to(way.before.share_4xx);
  before.at(2).get_to(way.before.share_5xx);
  before.at(3).get_to(way.before.p50_us);
  before.at(4).get_to(way.before.p90_us);
  before.at(5).get_to(way.before.p95_us);
  before.at(6).get_to(way.before.p99_us);
  in.at("seq").get_to(way.seq);
  for (const json& file : in.at("files")) {
    WayBack::File old{to_bytes(file.at("path").get<std::string>()), {}};
    if (!file.at("text").is_null()) old.text = to_bytes(file.at("text").get<std::string>());
    way.files.push_back(std::move(old));
  }
  return way;
}

// Larger than config::read_file takes, as it holds several files.
std::optional<std::string> read_all(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return std::nullopt;
  std::string text;
  char buffer[64 << 10];
  ssize_t got = 0;
  while ((got = ::read(fd, buffer, sizeof(buffer))) > 0 || (got < 0 && errno == EINTR)) {
    if (got > 0) text.append(buffer, static_cast<std::size_t>(got));
  }
  ::close(fd);
  return got < 0 ? std::nullopt : std::optional(std::move(text));
}

std::optional<std::string> text_at(const std::string& path) {
  auto text = config::read_file(path);
  return text ? std::optional(std::move(*text)) : std::nullopt;
}

}  // namespace

std::string way_back_path(const std::string& config_path) {
  const std::size_t name = config_path.rfind('/') + 1;  // npos + 1 is 0
  return fmt::format("{}.{}.gatewayd-back", config_path.substr(0, name), config_path.substr(name));
}

std::string keep(const WayBack& way, const std::string& config_path) {
  const std::string path = way_back_path(config_path);
  const auto written = config::write_file(path, to_document(way).dump());
  if (written.ok() || written.error().replaced) return "";
  return fmt::format("{} cannot be written: {}", path, written.error().reason);
}

std::optional<WayBack> find_way_back(const std::string& config_path, std::string& why) {
  const std::string path = way_back_path(config_path);
  const auto text = read_all(path);
  if (!text) {
    if (errno != ENOENT) why = fmt::format("{} cannot be read: {}", path, std::strerror(errno));
    return std::nullopt;
  }
  try {
    const json document = json::parse(*text);
    if (document.at("format") != kFormat) throw std::runtime_error("another version wrote it");
    return from_document(document);
  } catch (const std::exception& failure) {
    why = fmt::format("{} is not what gatewayd wrote there ({}); remove it", path, failure.what());
    return std::nullopt;
  }
}

void forget_way_back(const std::string& config_path) {
  if (::unlink(way_back_path(config_path).c_str()) == 0) sync_folder(folder_of(config_path));
}

std::string put_back(const std::vector<WayBack::File>& files) {
  std::string failed;
  for (const WayBack::File& file : files) {
    if (text_at(file.path) == file.text) continue;
    if (!file.text) {
      if (::unlink(file.path.c_str()) != 0 && errno != ENOENT) {
        failed = fmt::format("{} cannot be removed: {}", file.path, std::strerror(errno));
      }
      continue;
    }
    const auto written = config::write_file(file.path, *file.text);
    if (!written.ok() && !written.error().replaced) {
      failed = fmt::format("{} cannot be written: {}", file.path, written.error().reason);
    }
  }
  return failed;
}

std::vector<WayBack::File> as_they_are(const std::vector<config::SourceFile>& files) {
  std::vector<WayBack::File> now;
  for (const config::SourceFile& file : files) now.push_back({file.path, text_at(file.path)});
  return now;
}

std::string recover(const std::string& config_path, UnixMicros now) {
  std::string why;
  auto way = find_way_back(config_path, why);
  if (!way) return why;
  const bool is_late = way->until && *way->until <= now;
  if (!way->writing && !is_late) return "";
  if (std::string failed = put_back(way->files); !failed.empty()) {
    return fmt::format("a change of the config cannot be taken back: {}", failed);
  }
  if (way->writing) {
    forget_way_back(config_path);
    return "a change of the config had not come to its end: its files are as before it";
  }
  way->returned = true;
  if (const std::string failed = keep(*way, config_path); !failed.empty()) return failed;
  return fmt::format("revision {} was not confirmed in time: the files of revision {} are back",
                     way->revision, way->back_to);
}

}  // namespace gateway

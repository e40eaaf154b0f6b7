#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shared/config/diagnostic.h"

namespace gateway::config {

// Collects the findings of one run over `files`, which must outlive it. One thread.
class Report {
 public:
  explicit Report(const std::vector<SourceFile>& files) : files_(files) {}

  void error(std::string_view id, Place place, std::string message, std::string hint = {});
  void warning(std::string_view id, Place place, std::string message, std::string hint = {});

  // "gatewayd.toml:12", to name a second place within a message.
  std::string describe(Place place) const;
  std::size_t errors() const { return errors_; }

  // All findings in the order of file, line and column. Past kMaxFindings the last one says that
  // there were more.
  std::vector<Diagnostic> take();

 private:
  void add(Diagnostic diagnostic);

  const std::vector<SourceFile>& files_;
  std::vector<Diagnostic> items_;
  std::size_t errors_ = 0;
  std::size_t left_out_ = 0;
};

}  // namespace gateway::config

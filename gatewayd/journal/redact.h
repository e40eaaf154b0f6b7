#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gateway::journal {

// Masks the values of named query parameters. Built once for a list of names; const, any thread.
class Redactor {
 public:
  explicit Redactor(const std::vector<std::string>& names = {});

  // `query` with "***" for the value of every parameter whose name, percent-decoded ("+" is a
  // space), equals one of the names, ASCII letters of either case. A name starts after "&" or ";";
  // a masked value ends at "&" alone, as servers disagree on ";". All else stays as it was.
  // The result is a view of `query` when there is nothing to mask, else of `out`.
  std::string_view mask(std::string_view query, std::string& out) const;

 private:
  bool names_secret(std::string_view key) const;

  std::vector<std::string> names_;  // lower case
};

}  // namespace gateway::journal

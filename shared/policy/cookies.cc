#include "shared/policy/cookies.h"

namespace gateway::policy {

Cookie find_cookie(const Fields& fields, std::string_view name) {
  Cookie found;
  for (const Field& field : fields) {
    if (field.id != FieldId::cookie) continue;
    for_each_cookie(field.value, [&](std::string_view known, std::string_view value) {
      if (known == name && found.count++ == 0) found.value = value;
    });
  }
  return found;
}

}  // namespace gateway::policy

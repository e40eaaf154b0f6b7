#include "shared/store/row_cell.h"

#include <array>
#include <bit>
#include <cstring>

namespace gateway::store {
namespace {

constexpr std::size_t kNumbers = std::tuple_size_v<decltype(RowColumns::numbers)>;
constexpr std::size_t kTexts = std::tuple_size_v<decltype(RowColumns::texts)>;

// Serial types of SQLite, fileformat2 §2.1.
constexpr std::uint8_t kNull = 0;
constexpr std::uint8_t kZero = 8;
constexpr std::uint8_t kOne = 9;
constexpr std::uint64_t kBlob = 12;
constexpr std::uint64_t kText = 13;

// By the bytes that a number needs: SQLite has none of 5 and 7.
constexpr std::array<std::uint8_t, 9> kWidths = {0, 1, 2, 3, 4, 6, 6, 8, 8};
constexpr std::array<std::uint8_t, 9> kTypes = {kZero, 1, 2, 3, 4, 5, 5, 6, 6};

// Big-endian base 128, at most nine bytes of which the last has eight bits; those here are positive
// and below 2^56.
std::uint8_t* put_number(std::uint64_t value, std::uint8_t* out) {
  if (value < 0x80) {
    *out = static_cast<std::uint8_t>(value);
    return out + 1;
  }
  const int bytes = (std::bit_width(value) + 6) / 7;
  for (int i = bytes - 1; i >= 0; --i) {
    out[i] = static_cast<std::uint8_t>((value & 0x7f) | 0x80);
    value >>= 7;
  }
  out[bytes - 1] &= 0x7f;
  return out + bytes;
}

struct Number {
  std::uint64_t value;
  std::uint8_t width;
};

// A column's type goes to the header; what remains is its bytes in the body.
Number put_type(std::int64_t value, std::uint8_t*& header) {
  const auto bits = static_cast<std::uint64_t>(value);
  if (bits <= 1) {
    *header++ = bits == 0 ? kZero : kOne;
    return {bits, 0};
  }
  // Two's complement: one bit more than the number's own.
  const auto magnitude = static_cast<std::uint64_t>(value < 0 ? ~value : value);
  const auto bytes = static_cast<std::size_t>(std::bit_width(magnitude) / 8 + 1);
  *header++ = kTypes[bytes];
  return {bits, kWidths[bytes]};
}

// Writes eight bytes, of which the first `width` count.
std::uint8_t* put_value(const Number& number, std::uint8_t* out) {
  if (number.width == 0) return out;
  std::uint64_t bits = number.value << (64 - 8 * number.width);
  if constexpr (std::endian::native == std::endian::little) bits = __builtin_bswap64(bits);
  std::memcpy(out, &bits, sizeof(bits));
  return out + number.width;
}

}  // namespace

RowColumns::RowColumns(const RequestRow& row)
    : numbers{row.time,
              row.status,
              row.route,
              row.service,
              row.total_us,
              static_cast<std::int64_t>(row.bytes_in),
              static_cast<std::int64_t>(row.bytes_out),
              row.upstream_us,
              static_cast<std::int64_t>(row.decider),
              row.retries,
              row.instance,
              row.revision},
      texts{row.method, row.host, row.path, row.query, row.client, row.user} {}

std::size_t longest_cell(const RequestRow& row) {
  constexpr std::size_t kFixed =
      3 + 9 + (1 + 1 + kNumbers + 1 + 3 * kTexts) + kNumbers * 8 + 16 + 8;
  return kFixed + row.method.size() + row.host.size() + row.path.size() + row.query.size() +
         row.client.size() + row.user.size();
}

std::uint8_t* put_cell(const RequestRow& row, std::int64_t seq, std::uint8_t* out) {
  const RowColumns columns(row);
  std::array<std::uint8_t, 64> types;
  std::array<Number, kNumbers> numbers;
  std::uint8_t* header = types.data() + 1;  // the header's own size goes first: always one byte
  std::size_t body = row.id.bytes.size();
  *header++ = kNull;  // seq
  for (std::size_t i = 0; i < kNumbers; ++i) {
    numbers[i] = put_type(columns.numbers[i], header);
    body += numbers[i].width;
  }
  header = put_number(kBlob + 2 * row.id.bytes.size(), header);
  for (const std::string_view text : columns.texts) {
    header = put_number(text.empty() ? kNull : kText + 2 * text.size(), header);
    body += text.size();
  }
  const auto head = static_cast<std::size_t>(header - types.data());
  types[0] = static_cast<std::uint8_t>(head);

  out = put_number(head + body, out);
  out = put_number(static_cast<std::uint64_t>(seq), out);
  std::memcpy(out, types.data(), head);
  out += head;
  for (const Number& number : numbers) out = put_value(number, out);
  std::memcpy(out, row.id.bytes.data(), row.id.bytes.size());
  out += row.id.bytes.size();
  for (const std::string_view text : columns.texts) {
    if (text.empty()) continue;
    std::memcpy(out, text.data(), text.size());
    out += text.size();
  }
  return out;
}

}  // namespace gateway::store

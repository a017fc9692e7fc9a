#include "cow/interop/npy_header.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace cow {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kVersionEnd = kMagic.size() + 2;
constexpr std::size_t kMaxHeaderBytes = kNpyMaxPrefixBytes - kVersionEnd - 4;
constexpr std::size_t kAlignment = 64;  // of the elements in the file
constexpr bool kLittleEndian = std::endian::native == std::endian::little;

// Kind and size of each DType in NumPy's array interface.
constexpr std::string_view kTypeCodes[kDTypeCount] = {"b1", "i1", "i2", "i4", "i8", "u1", "u2",
                                                      "u4", "u8", "f4", "f8", "c8", "c16"};

std::string quoted(std::string_view text) {
  constexpr std::size_t kShown = 60;
  std::string shown(text.substr(0, kShown));
  for (char& c : shown) c = absl::ascii_isprint(c) ? c : '?';
  return absl::StrCat("'", shown, text.size() > kShown ? "..." : "", "'");
}

// The Python literal of a header: a dictionary of exactly three entries. A recursive descent that
// knows what it must find, so nothing nests and nothing is built of what is refused.
class DictParser {
 public:
  DictParser(std::string_view text, NpyHeader* header) : text_(text), header_(header) {}

  absl::Status parse() {
    skip_spaces();
    if (at_ == text_.size()) return error("the header is empty");
    if (!accept('{')) return error("the header is not a dictionary");
    while (!accept('}')) {
      if (absl::Status status = parse_entry(); !status.ok()) return status;
      if (accept(',')) continue;
      if (accept('}')) break;
      return error("expected ',' or '}'");
    }
    skip_spaces();
    if (at_ != text_.size()) return error("text after the dictionary");
    for (const auto& [key, seen] : {std::pair("descr", seen_descr_),
                                    {"fortran_order", seen_order_},
                                    {"shape", seen_shape_}}) {
      if (!seen) return error(absl::StrCat("no entry '", key, "'"));
    }
    return absl::OkStatus();
  }

 private:
  absl::Status parse_entry() {
    std::string_view key;
    if (!accept_string(&key)) return error("expected a key");
    if (!accept(':')) return error("expected ':'");
    if (key == "descr") return parse_once(&seen_descr_, key, &DictParser::parse_descr);
    if (key == "fortran_order") return parse_once(&seen_order_, key, &DictParser::parse_order);
    if (key == "shape") return parse_once(&seen_shape_, key, &DictParser::parse_shape);
    return error(absl::StrCat("unknown entry ", quoted(key)));
  }

  absl::Status parse_once(bool* seen, std::string_view key, absl::Status (DictParser::*parse)()) {
    if (std::exchange(*seen, true)) return error(absl::StrCat("two entries ", quoted(key)));
    return (this->*parse)();
  }

  absl::Status parse_descr() {
    if (accept('[')) return error("structured element types are not supported");
    std::string_view descr;
    if (!accept_string(&descr)) return error("descr is not a string");
    const char order = descr.empty() ? ' ' : descr[0];
    const bool has_order = order == '<' || order == '>' || order == '|' || order == '=';
    const std::string_view code = descr.substr(has_order ? 1 : 0);
    const auto* const found = std::find(std::begin(kTypeCodes), std::end(kTypeCodes), code);
    if (found == std::end(kTypeCodes)) {
      return error(absl::StrCat("element type ", quoted(descr), " is not supported"));
    }
    header_->dtype = static_cast<DType>(found - std::begin(kTypeCodes));
    const bool one_byte = dtype_size_bytes(header_->dtype) == 1;
    header_->swap_bytes = !one_byte && order == (kLittleEndian ? '>' : '<');
    return absl::OkStatus();
  }

  absl::Status parse_order() {
    header_->fortran_order = accept_word("True");
    if (header_->fortran_order || accept_word("False")) return absl::OkStatus();
    return error("fortran_order is neither True nor False");
  }

  absl::Status parse_shape() {
    if (!accept('(')) return error("shape is not a tuple");
    bool comma = true;
    while (!accept(')')) {
      if (!comma) return error("shape is not a tuple of integers");
      if (header_->shape.size() == kMaxDims) {
        return error(absl::StrCat("shape has more than ", kMaxDims, " dimensions"));
      }
      if (absl::Status status = parse_extent(); !status.ok()) return status;
      comma = accept(',');
    }
    // Python's (3) is a number.
    if (header_->shape.size() == 1 && !comma) return error("shape is not a tuple");
    return absl::OkStatus();
  }

  absl::Status parse_extent() {
    skip_spaces();
    Index extent = 0;
    const char* const begin = text_.data() + at_;
    const auto [end, code] = std::from_chars(begin, text_.data() + text_.size(), extent);
    if (code == std::errc::invalid_argument) return error("shape is not a tuple of integers");
    if (*begin == '-') return error("shape has a negative extent");
    if (code != std::errc()) return error("shape has an extent beyond 2^63 - 1");
    if (*begin == '0' && end - begin > 1) return error("shape has a number with a leading zero");
    at_ += end - begin;
    if (at_ < text_.size() && text_[at_] == 'L') ++at_;  // Python 2 wrote long integers so
    header_->shape.push_back(extent);
    return absl::OkStatus();
  }

  void skip_spaces() { at_ = std::min(text_.find_first_not_of(" \t\r\n\f", at_), text_.size()); }

  bool accept(char expected) {
    skip_spaces();
    if (at_ == text_.size() || text_[at_] != expected) return false;
    ++at_;
    return true;
  }

  bool accept_word(std::string_view word) {
    skip_spaces();
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  // Without escape sequences: no string of a valid header has any.
  bool accept_string(std::string_view* content) {
    skip_spaces();
    if (at_ == text_.size() || (text_[at_] != '\'' && text_[at_] != '"')) return false;
    const std::size_t end = text_.find(text_[at_], at_ + 1);
    if (end == std::string_view::npos) return false;
    *content = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return true;
  }

  absl::Status error(const std::string& reason) const {
    return absl::InvalidArgumentError(
        absl::StrCat(reason, " (at byte ", at_, " of the header: ", quoted(text_), ")"));
  }

  const std::string_view text_;
  NpyHeader* const header_;
  std::size_t at_ = 0;
  bool seen_descr_ = false;
  bool seen_order_ = false;
  bool seen_shape_ = false;
};

absl::Status cut_off(const std::string& where) {
  return absl::DataLossError(absl::StrCat("the file ends ", where));
}

// Finds the text of the dictionary, and where it ends.
absl::Status find_dict(std::string_view prefix, std::string_view* dict, Index* end) {
  if (prefix.substr(0, kMagic.size()) != kMagic) {
    return absl::InvalidArgumentError("not a .npy file: it does not begin with \\x93NUMPY");
  }
  if (prefix.size() < kVersionEnd) return cut_off("before its version number");
  const auto byte = [prefix](std::size_t i) { return static_cast<unsigned char>(prefix[i]); };
  const int major = byte(kMagic.size());
  const int minor = byte(kMagic.size() + 1);
  if (major < 1 || major > 3 || minor != 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "format version ", major, ".", minor, " is none of 1.0, 2.0 and 3.0, which are known"));
  }
  const std::size_t begin = kVersionEnd + (major == 1 ? 2 : 4);
  if (prefix.size() < begin) return cut_off("before the length of its header");
  std::size_t length = 0;
  for (std::size_t i = begin; i-- > kVersionEnd;) length = length << 8 | byte(i);
  if (length > kMaxHeaderBytes) {
    return absl::InvalidArgumentError(absl::StrCat("a header of ", length,
                                                   " bytes is longer than the ", kMaxHeaderBytes,
                                                   " that are allowed"));
  }
  if (prefix.size() - begin < length) return cut_off("within its header");
  *dict = prefix.substr(begin, length);
  *end = static_cast<Index>(begin + length);
  return absl::OkStatus();
}

// Sets `data_bytes`, having checked that the file holds them.
absl::Status measure_data(Index file_bytes, NpyHeader* header) {
  Index bytes = dtype_size_bytes(header->dtype);
  bool empty = false;
  for (const Index extent : header->shape) {
    if (extent == 0) {
      empty = true;
    } else if (__builtin_mul_overflow(bytes, extent, &bytes)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "an array of shape (", absl::StrJoin(header->shape, ", "), ") is too large for memory"));
    }
  }
  header->data_bytes = empty ? 0 : bytes;
  const Index present = file_bytes - header->data_offset;
  if (present >= header->data_bytes) return absl::OkStatus();
  return cut_off(absl::StrCat("within its elements: ", header->data_bytes, " bytes are announced, ",
                              present, " are there"));
}

absl::Status parse(std::string_view prefix, Index file_bytes, NpyHeader* header) {
  std::string_view dict;
  absl::Status status = find_dict(prefix, &dict, &header->data_offset);
  if (status.ok()) status = DictParser(dict, header).parse();
  if (status.ok()) status = measure_data(file_bytes, header);
  return status;
}

}  // namespace

absl::StatusOr<NpyHeader> parse_npy_header(absl::Span<const std::byte> prefix, Index file_bytes,
                                           const std::string& name) {
  const std::string_view text(reinterpret_cast<const char*>(prefix.data()), prefix.size());
  NpyHeader header{};
  const absl::Status status = parse(text, file_bytes, &header);
  if (status.ok()) return header;
  return absl::Status(status.code(), absl::StrCat(name, ": ", status.message()));
}

std::string npy_header_bytes(DType dtype, Shape shape, bool fortran_order) {
  const char order = dtype_size_bytes(dtype) == 1 ? '|' : kLittleEndian ? '<' : '>';
  std::string dict = absl::StrCat(
      "{'descr': '", std::string(1, order), std::string(kTypeCodes[static_cast<int>(dtype)]),
      "', 'fortran_order': ", fortran_order ? "True" : "False", ", 'shape': (",
      absl::StrJoin(shape, ", "), shape.size() == 1 ? ",), }" : "), }");
  if (!shape.empty()) {
    // NumPy leaves room for the axis along which a file can be appended to.
    constexpr std::size_t kGrowthDigits = 21;
    const Index growing = fortran_order ? shape.back() : shape.front();
    dict.append(kGrowthDigits - absl::StrCat(growing).size(), ' ');
  }
  const std::size_t used = kVersionEnd + 2 + dict.size() + 1;
  dict.append(kAlignment - used % kAlignment, ' ');  // a whole one if none is needed, as NumPy
  dict += '\n';
  std::string bytes(kMagic);
  bytes += {'\1', '\0', static_cast<char>(dict.size() & 0xff), static_cast<char>(dict.size() >> 8)};
  return bytes + dict;
}

}  // namespace cow

#include "cow/core/format.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cow/core/format_element.h"

namespace cow {
namespace {

// NumPy's default print options.
constexpr std::size_t kLineWidth = 75;
constexpr Index kThreshold = 1000;
constexpr Index kEdgeItems = 3;

bool is_empty(absl::Span<const Index> shape) {
  return std::find(shape.begin(), shape.end(), 0) != shape.end();
}

// True if the array, which has elements, has more of them than are shown in full. Shapes of
// stretched views may have more elements than an Index counts.
bool is_summarised(absl::Span<const Index> shape) {
  Index size = 1;
  for (const Index extent : shape) {
    if (extent > kThreshold) return true;
    size *= extent;
    if (size > kThreshold) return true;
  }
  return false;
}

// What of an axis is shown: all of it, or `leading` and `trailing` items with "..." between.
struct Shown {
  Index leading;
  Index trailing;
  bool has_gap() const { return leading != 0; }
};

Shown shown(Index extent, bool summarised) {
  if (summarised && extent > 2 * kEdgeItems) return {kEdgeItems, kEdgeItems};
  return {0, extent};
}

// Copies the elements shown, in C order, to one block.
class Gatherer {
 public:
  Gatherer(const FormatInput& input, bool summarised)
      : input_(input), summarised_(summarised), item_bytes_(dtype_size_bytes(input.dtype)) {
    std::size_t bytes = item_bytes_;
    for (const Index extent : input.shape) {
      const Shown part = shown(extent, summarised);
      // Six items of each axis of a stretched view can be more than memory has addresses.
      if (__builtin_mul_overflow(bytes, part.leading + part.trailing, &bytes)) {
        throw std::length_error("array has too many elements to show");
      }
    }
    elements_.resize(bytes);
    out_ = elements_.data();
    walk(0, input.data);
  }

  const std::vector<std::byte>& elements() const { return elements_; }
  std::size_t count() const { return elements_.size() / item_bytes_; }

 private:
  void walk(std::size_t axis, const std::byte* data) {
    if (axis == input_.shape.size()) {
      std::memcpy(out_, data, item_bytes_);
      out_ += item_bytes_;
      return;
    }
    const Index extent = input_.shape[axis];
    const Index stride = input_.strides[axis];
    const Shown part = shown(extent, summarised_);
    for (Index i = 0; i < part.leading; ++i) walk(axis + 1, data + i * stride);
    for (Index i = extent - part.trailing; i < extent; ++i) walk(axis + 1, data + i * stride);
  }

  const FormatInput& input_;
  const bool summarised_;
  const std::size_t item_bytes_;
  std::vector<std::byte> elements_;
  std::byte* out_;
};

// Lays cells out in brackets and lines.
class TextLayout {
 public:
  // `prefix_length`: columns taken by what stands before the text in its first line.
  TextLayout(absl::Span<const Index> shape, bool summarised, const internal::Cells& cells,
             std::string_view separator, std::size_t line_width, std::size_t prefix_length)
      : shape_(shape),
        summarised_(summarised),
        cell_(cells.text.data()),
        cell_width_(cells.width),
        separator_(separator),
        line_width_(line_width),
        prefix_length_(prefix_length) {
    out_.reserve(cells.text.size() + cells.text.size() / cells.width * (separator.size() + 1) + 64);
    if (shape.empty()) {
      write_word(next_cell());
    } else {
      write_axis(0);
    }
  }

  std::string take() { return std::move(out_); }

 private:
  void write_axis(std::size_t axis) {
    out_ += '[';
    if (axis + 1 == shape_.size()) {
      write_row(axis);
    } else {
      write_subarrays(axis);
    }
    out_ += ']';
  }

  void write_row(std::size_t axis) {
    const std::size_t indent = indent_of(axis);
    // Room for a bracket of each level, and for this one's bracket or the comma.
    const std::size_t limit = line_width_ - std::min(line_width_, axis + 1);
    column_ = indent;
    const Shown part = shown(shape_[axis], summarised_);
    for (Index i = 0; i < part.leading; ++i) {
      write_wrapped(next_cell(), indent, limit);
      write_word(separator_);
    }
    if (part.has_gap()) {
      write_wrapped("...", indent, limit);
      write_word(separator_);
    }
    for (Index i = 0; i < part.trailing; ++i) {
      if (i != 0) write_word(separator_);
      write_wrapped(next_cell(), indent, limit);
    }
  }

  void write_subarrays(std::size_t axis) {
    const Shown part = shown(shape_[axis], summarised_);
    for (Index i = 0; i < part.leading; ++i) {
      write_axis(axis + 1);
      break_lines(axis);
    }
    if (part.has_gap()) {
      out_ += "...";
      break_lines(axis);
    }
    for (Index i = 0; i < part.trailing; ++i) {
      if (i != 0) break_lines(axis);
      write_axis(axis + 1);
    }
  }

  // Ends a subarray along `axis` and goes to where the next one starts.
  void break_lines(std::size_t axis) {
    out_ += separator_.substr(0, separator_.find(' '));
    out_.append(shape_.size() - axis - 1, '\n');
    out_.append(indent_of(axis), ' ');
  }

  void write_wrapped(std::string_view word, std::size_t indent, std::size_t limit) {
    if (column_ + word.size() > limit && column_ > indent) {
      out_.erase(out_.find_last_not_of(' ') + 1);
      out_ += '\n';
      out_.append(indent, ' ');
      column_ = indent;
    }
    write_word(word);
  }

  void write_word(std::string_view word) {
    out_ += word;
    column_ += word.size();
  }

  std::string_view next_cell() {
    const std::string_view cell(cell_, cell_width_);
    cell_ += cell_width_;
    return cell;
  }

  std::size_t indent_of(std::size_t axis) const { return prefix_length_ + 1 + axis; }

  const absl::Span<const Index> shape_;
  const bool summarised_;
  const char* cell_;
  const std::size_t cell_width_;
  const std::string_view separator_;
  const std::size_t line_width_;
  const std::size_t prefix_length_;
  std::string out_;
  std::size_t column_ = 0;
};

// NumPy's array2string.
std::string format_elements(const FormatInput& input, std::string_view separator,
                            std::size_t line_width, std::size_t prefix_length) {
  if (is_empty(input.shape)) return "[]";
  const bool summarised = is_summarised(input.shape);
  const Gatherer shown_elements(input, summarised);
  const internal::Cells cells = internal::format_cells(
      input.dtype, shown_elements.elements().data(), shown_elements.count(), !input.shape.empty());
  return TextLayout(input.shape, summarised, cells, separator, line_width, prefix_length).take();
}

bool is_implied_by_elements(DType dtype) {
  return dtype == DType::kBool || dtype == DType::kInt64 || dtype == DType::kFloat64 ||
         dtype == DType::kComplex128;
}

}  // namespace

std::string format_str(const FormatInput& input) {
  if (!input.shape.empty()) return format_elements(input, " ", kLineWidth, 0);
  const Gatherer element(input, /*summarised=*/false);
  return internal::format_scalar(input.dtype, element.elements().data());
}

std::string format_repr(const FormatInput& input) {
  constexpr std::string_view kPrefix = "array(";
  const bool empty = is_empty(input.shape);
  std::string text(kPrefix);
  if (empty && input.shape.size() > 1) {
    absl::StrAppend(&text, "[], shape=(", absl::StrJoin(input.shape, ", "), ")");
  } else {
    text += format_elements(input, ", ", kLineWidth - 1, kPrefix.size());
  }
  if (!empty && is_implied_by_elements(input.dtype)) return text + ')';
  text += ',';
  const std::string dtype = absl::StrCat("dtype=", dtype_name(input.dtype), ")");
  const std::size_t last_line_length = text.size() - (text.rfind('\n') + 1);
  if (last_line_length + dtype.size() + 1 > kLineWidth) {
    text += '\n';
    text.append(kPrefix.size(), ' ');
  } else {
    text += ' ';
  }
  return text + dtype;
}

}  // namespace cow

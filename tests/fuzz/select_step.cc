#include "cow/tests/fuzz/select_step.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "cow/core/array.h"
#include "cow/core/creation.h"
#include "cow/core/operators.h"
#include "cow/tests/naive_select.h"

namespace cow::fuzz {
namespace {

SliceBound read_bound(FuzzInput& in) {
  const Index kind = in.number(0, 7);
  if (kind < 2) return none;
  return kind == 2 ? in.any_number() : in.number(-5, 5);
}

SliceBound read_step(FuzzInput& in) {
  const Index kind = in.number(0, 7);
  if (kind < 4) return none;
  return kind == 4 ? in.any_number() : in.number(-3, 3);
}

Dims count_up(Index count) {
  Dims numbers;
  for (Index i = 0; i < count; ++i) numbers.push_back(i);
  return numbers;
}

// A mixed index as it is read, and what it means for an array of `shape`.
class MixedIndex {
 public:
  MixedIndex(FuzzInput& in, Shape shape) : shape_(shape), length_(in.number(0, 3)) {
    for (Index count = in.number(1, 5); count > 0; --count) read_item(in);
    resolve();
  }

  AdvancedItems items() const { return AdvancedItems(items_); }
  const std::string& text() const { return text_; }
  const Expected& expected() const { return expected_; }
  // Nothing to compare with: too many elements to enumerate.
  bool is_wide() const { return is_wide_; }

 private:
  struct Part {
    enum Kind { kSlice, kNewAxis, kEllipsis, kPositions, kMask } kind;
    Slice slice;
    Dims numbers;  // positions as given, or those of a mask's true elements in C order
    Dims shape;    // of positions or of a mask
  };

  void read_item(FuzzInput& in) {
    switch (in.number(0, 9)) {
      case 0:
        return add({Part::kNewAxis, {}, {}, {}}, newaxis, "newaxis");
      case 1:
        return add({Part::kEllipsis, {}, {}, {}}, ellipsis, "...");
      case 2:
      case 3: {
        const Slice slice = read_slice(in);
        return add({Part::kSlice, slice, {}, {}}, slice, index_text({slice}));
      }
      case 4: {
        const Index position = read_position(in);
        return add({Part::kPositions, {}, {position}, {}}, position, absl::StrCat(position));
      }
      case 5:
      case 6:
        return read_mask(in);
      default:
        return read_positions(in);
    }
  }

  Index read_position(FuzzInput& in) {
    return in.number(0, 15) == 0 ? in.any_number() : in.number(-2, 1);
  }

  void read_positions(FuzzInput& in) {
    static constexpr int kForms = 5;
    const Dims shapes[kForms] = {{length_}, {length_}, {2, length_}, {1}, {}};
    const Dims& shape = shapes[in.number(0, kForms - 1)];
    Dims numbers;
    for (Index i = element_count(shape); i > 0; --i) numbers.push_back(read_position(in));
    const std::string text = absl::StrCat("at", tuple_text(shape), tuple_text(numbers));
    if (shape.size() == 1 && in.number(0, 1) == 0) {
      return add({Part::kPositions, {}, numbers, shape}, index_list(numbers), text);
    }
    add({Part::kPositions, {}, numbers, shape}, from_span<Index>(numbers, shape), text);
  }

  // Mostly of the axes at its place.
  void read_mask(FuzzInput& in) {
    const Index ndim = static_cast<Index>(shape_.size());
    const Index covered = std::min(in.number(0, 2), ndim);
    const Index first = std::min(axis_, ndim - covered);
    Dims shape(shape_.begin() + first, shape_.begin() + first + covered);
    if (covered > 0 && in.number(0, 15) == 0) shape[0] = in.number(0, 4);
    const Index size = element_count(shape);
    Array<bool> mask = zeros<bool>({size});
    Dims numbers;
    for (Index i = 0; i < size; ++i) {
      const bool is_wanted = std::ssize(numbers) < length_ || in.number(0, 15) == 0;
      if (!is_wanted || in.number(0, 2) == 0) continue;
      mask(i) = true;
      numbers.push_back(i);
    }
    add({Part::kMask, {}, numbers, shape}, mask.reshape(shape),
        absl::StrCat("mask", tuple_text(shape), tuple_text(numbers)));
  }

  void add(Part part, AdvancedItem item, const std::string& text) {
    axis_ += axes_of(part);
    parts_.push_back(std::move(part));
    items_.push_back(std::move(item));
    absl::StrAppend(&text_, text_.empty() ? "" : ", ", text);
  }

  static Index axes_of(const Part& part) {
    switch (part.kind) {
      case Part::kSlice:
      case Part::kPositions:
        return 1;
      case Part::kMask:
        return std::ssize(part.shape);
      case Part::kNewAxis:
      case Part::kEllipsis:
        break;
    }
    return 0;
  }

  // Where there are several errors, any of them may be reported.
  void resolve() {
    expected_.is_copy = true;
    const Index ndim = std::ssize(shape_), left_over = ndim - axis_;
    const auto ellipses = std::count_if(parts_.begin(), parts_.end(), [](const Part& part) {
      return part.kind == Part::kEllipsis;
    });
    if (left_over < 0 || ellipses > 1) {
      expected_.errors = kOutOfRange;
      return;
    }
    axis_ = 0;
    for (const Part& part : parts_) resolve(part, left_over);
    take_whole(ndim - axis_);
    if (expected_.errors != kNone) return;
    absl::int128 size = 1;
    Dims positions_shape;
    for (const NaiveEntry& entry : entries_) {
      if (entry.kind == NaiveEntry::kTaken) size *= std::ssize(entry.numbers);
      if (entry.kind != NaiveEntry::kPositions) continue;
      const auto both = naive_broadcast_shape(positions_shape, entry.shape);
      if (!both.has_value()) {
        expected_.errors = kInvalidArgument;
        return;
      }
      positions_shape = *both;
    }
    is_wide_ = size * count_of(positions_shape) > kMostElements;
    if (is_wide_) return;
    expected_.view = *naive_select(shape_, entries_);
    if (expected_.view.shape.size() > kMaxDims) expected_.errors = kInvalidArgument;
  }

  void resolve(const Part& part, Index left_over) {
    switch (part.kind) {
      case Part::kSlice:
        if (part.slice.step.present() && part.slice.step.value() == 0) {
          expected_.errors |= kInvalidArgument;
          ++axis_;
        } else {
          take(naive_slice(with_tame_step(part.slice), shape_[static_cast<std::size_t>(axis_)]));
        }
        return;
      case Part::kNewAxis:
        entries_.push_back({NaiveEntry::kNewAxis, {0}, {}, -1});
        return;
      case Part::kEllipsis:
        entries_.push_back({NaiveEntry::kGap, {}, {}, -1});
        return take_whole(left_over);
      case Part::kPositions: {
        const Index extent = shape_[static_cast<std::size_t>(axis_)];
        std::vector<Index> positions;
        for (Index number : part.numbers) {
          if (number < -extent || number >= extent) expected_.errors |= kOutOfRange;
          positions.push_back(number < 0 ? number + extent : number);
        }
        return choose(positions, {part.shape.begin(), part.shape.end()});
      }
      case Part::kMask:
        return resolve_mask(part);
    }
  }

  void resolve_mask(const Part& mask) {
    const std::vector<Index> count = {std::ssize(mask.numbers)};
    if (mask.shape.empty()) {
      entries_.push_back({NaiveEntry::kPositions, {}, count, -1});
      return;
    }
    Index stride = element_count(mask.shape);
    for (Index extent : mask.shape) {
      if (extent != shape_[static_cast<std::size_t>(axis_)]) expected_.errors |= kOutOfRange;
      stride = extent == 0 ? 1 : stride / extent;
      std::vector<Index> along;
      for (Index number : mask.numbers) along.push_back(number / stride % extent);
      choose(along, count);
    }
  }

  void take(std::vector<Index> numbers) {
    entries_.push_back({NaiveEntry::kTaken, std::move(numbers), {}, static_cast<int>(axis_++)});
  }
  void choose(std::vector<Index> positions, std::vector<Index> shape) {
    entries_.push_back({NaiveEntry::kPositions, std::move(positions), std::move(shape),
                        static_cast<int>(axis_++)});
  }
  void take_whole(Index axes) {
    for (; axes > 0; --axes) {
      const Dims whole = count_up(shape_[static_cast<std::size_t>(axis_)]);
      take({whole.begin(), whole.end()});
    }
  }

  const Shape shape_;
  const Index length_;  // of most lists
  Index axis_ = 0;      // axes named so far
  std::vector<Part> parts_;
  std::vector<AdvancedItem> items_;
  std::string text_;
  std::vector<NaiveEntry> entries_;
  Expected expected_;
  bool is_wide_ = false;
};

// The elements that `index` names, and no others, of a copy of the subject.
void check_selected_write(ViewSubject& subject, const MixedIndex& index) {
  Array<Element> copy = subject.array().copy();
  Array<Element> model = copy.copy();
  copy[index.items()] = -1;
  for (Index position : index.expected().view.positions) model.put(index_list({position}), -1);
  if (!(copy == model).all()) subject.wrong(absl::StrCat("[", index.text(), "] = -1"));
}

}  // namespace

Slice read_slice(FuzzInput& in) { return {read_bound(in), read_bound(in), read_step(in)}; }

Slice with_tame_step(Slice slice) {
  if (slice.step.present()) slice.step = std::clamp(slice.step.value(), -kBeyond, kBeyond);
  return slice;
}

void step_select(FuzzInput& in, ViewSubject& subject) {
  const Dims shape(subject.shape().begin(), subject.shape().end());
  const MixedIndex index(in, shape);
  if (index.is_wide()) return;
  if (index.expected().errors == kNone) check_selected_write(subject, index);
  subject.step(absl::StrCat("[", index.text(), "]"), index.expected(),
               [&](Array<Element>& a) -> Array<Element> { return a[index.items()]; });
}

}  // namespace cow::fuzz

// Chains of views and copies of a small array, against tables of positions: shapes, values, errors,
// where the elements are, and what a write changes.

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "cow/core/array.h"
#include "cow/core/creation.h"
#include "cow/core/mode.h"
#include "cow/tests/fuzz/fuzz_input.h"
#include "cow/tests/fuzz/select_step.h"
#include "cow/tests/fuzz/view_subject.h"
#include "cow/tests/naive_index.h"

namespace cow::fuzz {
namespace {

constexpr int kMostSteps = 8;

bool is_axis(Index axis, std::size_t ndim) {
  return axis >= -static_cast<Index>(ndim) && axis < static_cast<Index>(ndim);
}

std::size_t from_front(Index axis, std::size_t ndim) {
  return static_cast<std::size_t>(axis < 0 ? axis + static_cast<Index>(ndim) : axis);
}

Dims read_numbers(FuzzInput& in, std::size_t count) {
  Dims numbers;
  for (; count > 0; --count) numbers.push_back(in.any_number());
  return numbers;
}

IndexItem read_item(FuzzInput& in) {
  switch (in.number(0, 9)) {
    case 0:
      return newaxis;
    case 1:
      return ellipsis;
    case 2:
      return all;
    case 3:
    case 4:
      return in.any_number();
    case 5:
      return in.number(-4, 3);
    case 6:
      return ~std::uint64_t{0} >> in.number(0, 1);
    default:
      return read_slice(in);
  }
}

// The errors of a basic index; where there are several, it may report any of them.
unsigned errors_of(Shape shape, IndexItems items) {
  using Kind = IndexItem::Kind;
  const auto count = [&](Kind kind) {
    return static_cast<std::size_t>(std::count_if(
        items.begin(), items.end(), [kind](const IndexItem& item) { return item.kind() == kind; }));
  };
  const std::size_t named = count(Kind::kInteger) + count(Kind::kSlice);
  unsigned errors = kNone;
  if (count(Kind::kEllipsis) > 1) errors |= kOutOfRange;
  if (shape.size() + count(Kind::kNewAxis) > kMaxDims) errors |= kInvalidArgument;
  if (named > shape.size()) return errors | kOutOfRange;
  std::size_t axis = 0;
  for (const IndexItem& item : items) {
    if (item.kind() == Kind::kEllipsis) axis += shape.size() - named;
    if (item.kind() == Kind::kSlice) {
      ++axis;
      const SliceBound& step = item.slice().step;
      if (step.present() && step.value() == 0) errors |= kInvalidArgument;
    }
    if (item.kind() == Kind::kInteger && errors == kNone) {
      const Index extent = shape[axis++];
      if (item.position() < -extent || item.position() >= extent) errors |= kOutOfRange;
    }
  }
  return errors;
}

std::vector<IndexItem> with_tame_steps(std::vector<IndexItem> items) {
  for (IndexItem& item : items) {
    if (item.kind() == IndexItem::Kind::kSlice) item = with_tame_step(item.slice());
  }
  return items;
}

void step_index(FuzzInput& in, ViewSubject& subject) {
  std::vector<IndexItem> items;
  const Index count = in.number(0, 7);
  for (Index i = 0; i < count; ++i) items.push_back(read_item(in));
  if (in.byte() == 1) items.insert(items.end(), 33 - subject.ndim(), newaxis);
  Expected expected{errors_of(subject.shape(), items), {}, false};
  if (expected.errors == kNone) {
    expected.view = naive_index(subject.shape(), with_tame_steps(items));
  }
  const bool alone = items.size() == 1 && in.number(0, 1) == 1;
  subject.step(index_text(items), expected,
               [&](Array<Element>& a) { return alone ? a[items[0]] : a[IndexItems(items)]; });
}

// A call that gives a wide array, which must be of this shape. It may be refused where its strides
// overflow. The subject stays as it is.
template <class Call>
void check_wide(ViewSubject& subject, const std::string& text, Shape shape, Call call) {
  try {
    const Array<Element> wide = call(subject.array());
    if (wide.shape() != shape || wide.size() != static_cast<Index>(count_of(shape))) {
      subject.wrong(text);
    }
  } catch (const std::invalid_argument&) {
    if (span_of(shape) < absl::int128(1) << 63) subject.wrong(text + " is refused");
  }
}

// A shape of mostly the right size.
Dims read_shape_of_size(FuzzInput& in, Index size) {
  Dims shape;
  const std::size_t ndim = static_cast<std::size_t>(in.number(0, 6));
  for (std::size_t axis = 0; axis < ndim; ++axis) {
    const Index wish = in.number(-2, 8);
    if (wish == -2) {
      shape.push_back(in.any_number());
    } else if (axis + 1 == ndim && wish > 0) {
      shape.push_back(size);
    } else if (wish <= 0 || size % wish == 0) {
      shape.push_back(wish);
      if (wish > 0) size /= wish;
    } else {
      shape.push_back(1);
    }
  }
  if (in.byte() == 1) shape.resize(33, 1);
  return shape;
}

unsigned resolve_reshape(Index size, Dims* shape) {
  if (shape->size() > kMaxDims) return kInvalidArgument;
  Index* unknown = nullptr;
  for (Index& extent : *shape) {
    if (extent < -1 || (extent == -1 && unknown != nullptr)) return kInvalidArgument;
    if (extent == -1) unknown = &extent;
  }
  if (unknown != nullptr) *unknown = 1;
  const absl::int128 known = count_of(*shape);
  if (unknown == nullptr) return known == size ? kNone : kInvalidArgument;
  if (known == 0 || size % known != 0) return kInvalidArgument;
  *unknown = size / static_cast<Index>(known);
  return kNone;
}

void step_reshape(FuzzInput& in, ViewSubject& subject) {
  const Dims asked = read_shape_of_size(in, subject.size());
  const std::string text = absl::StrCat(".reshape", tuple_text(asked));
  Dims shape = asked;
  Expected expected;
  expected.errors = resolve_reshape(subject.size(), &shape);
  if (expected.errors == kNone && is_wide(shape)) {
    return check_wide(subject, text, shape, [&](Array<Element>& a) { return a.reshape(asked); });
  }
  if (expected.errors == kNone) {
    expected.view = everything(shape);
    expected.is_copy = subject.must_copy(expected.view);
  }
  subject.step(text, expected, [&](Array<Element>& a) { return a.reshape(asked); });
}

// Mostly an axis of `ndim`, counted from either end.
Index read_axis(FuzzInput& in, std::size_t ndim) {
  const Index most = static_cast<Index>(ndim);
  return most == 0 || in.number(0, 7) == 0 ? in.any_number() : in.number(-most, most - 1);
}

Dims read_axes(FuzzInput& in, std::size_t ndim) {
  Dims axes;
  for (Index count = in.number(0, 4); count > 0; --count) axes.push_back(read_axis(in, ndim));
  return axes;
}

unsigned errors_of_axes(absl::Span<const Index> axes, std::size_t ndim) {
  const bool all_there =
      std::all_of(axes.begin(), axes.end(), [ndim](Index axis) { return is_axis(axis, ndim); });
  return all_there ? kNone : kOutOfRange;
}

bool is_named_twice(absl::Span<const Index> axes, std::size_t ndim) {
  std::vector<bool> seen(ndim);
  for (Index axis : axes) {
    if (!is_axis(axis, ndim)) continue;
    const std::size_t normal = from_front(axis, ndim);
    if (seen[normal]) return true;
    seen[normal] = true;
  }
  return false;
}

void step_transpose(FuzzInput& in, ViewSubject& subject) {
  const std::size_t ndim = subject.ndim();
  Dims axes(ndim);
  std::iota(axes.begin(), axes.end(), 0);
  std::reverse(axes.begin(), axes.end());
  if (in.number(0, 3) == 0) {
    return subject.step(".T", {kNone, naive_transpose(subject.shape(), axes), false},
                        [](Array<Element>& a) { return a.T(); });
  }
  for (std::size_t i = ndim; i > 1; --i) {
    std::swap(axes[i - 1], axes[static_cast<std::size_t>(in.number(0, 255)) % i]);
  }
  if (ndim > 0 && in.number(0, 3) == 0) axes[0] -= static_cast<Index>(ndim);
  const Index junk = in.number(0, 15);
  if (junk == 0) axes.push_back(in.any_number());
  if (junk == 1) axes = read_numbers(in, ndim);
  Expected expected;
  if (axes.size() != ndim) expected.errors |= kInvalidArgument;
  expected.errors |= errors_of_axes(axes, ndim);
  if (is_named_twice(axes, ndim)) expected.errors |= kInvalidArgument;
  const Dims asked = axes;
  if (expected.errors == kNone) {
    for (Index& axis : axes) axis = static_cast<Index>(from_front(axis, ndim));
    expected.view = naive_transpose(subject.shape(), axes);
  }
  subject.step(absl::StrCat(".transpose", tuple_text(asked)), expected,
               [&](Array<Element>& a) { return a.transpose(asked); });
}

void step_broadcast(FuzzInput& in, ViewSubject& subject) {
  Dims to;
  for (Index extra = in.number(0, 2); extra > 0; --extra) {
    to.push_back(in.number(0, 7) == 0 ? in.any_number() : in.number(0, 3));
  }
  for (Index extent : subject.shape()) {
    const Index wish = in.number(0, 15);
    to.push_back(wish == 15 ? in.any_number() : extent == 1 ? wish / 3 : extent);
  }
  if (!to.empty() && in.byte() == 1) to.erase(to.begin());
  if (in.byte() == 1) to.insert(to.begin(), 33, 1);
  const std::size_t ndim = subject.ndim();
  bool fits = to.size() <= kMaxDims && to.size() >= ndim;
  for (std::size_t i = 0; i < to.size(); ++i) {
    if (to[i] < 0) fits = false;
    if (!fits || i + ndim < to.size()) continue;
    const Index extent = subject.shape()[i + ndim - to.size()];
    fits = extent == to[i] || extent == 1;
  }
  const std::string text = absl::StrCat(".broadcast_to", tuple_text(to));
  if (fits && is_wide(to)) {
    return check_wide(subject, text, to, [&](Array<Element>& a) { return a.broadcast_to(to); });
  }
  Expected expected;
  if (!fits) expected.errors = kInvalidArgument;
  if (fits) expected.view = naive_broadcast(subject.shape(), to);
  subject.step(text, expected, [&](Array<Element>& a) { return a.broadcast_to(to); });
  if (fits) subject.set_read_only();
}

void step_squeeze(FuzzInput& in, ViewSubject& subject) {
  const std::size_t ndim = subject.ndim();
  const Index count = in.number(-1, 3);
  const bool all_of_one = count < 0;
  const Dims axes = read_numbers(in, static_cast<std::size_t>(std::max<Index>(count, 0)));
  Expected expected;
  std::vector<bool> dropped(ndim);
  for (Index axis : axes) {
    if (!is_axis(axis, ndim)) {
      expected.errors |= kOutOfRange;
      continue;
    }
    const std::size_t normal = from_front(axis, ndim);
    if (dropped[normal] || subject.shape()[normal] != 1) expected.errors |= kInvalidArgument;
    dropped[normal] = true;
  }
  Dims shape;
  for (std::size_t axis = 0; axis < ndim; ++axis) {
    const Index extent = subject.shape()[axis];
    if (all_of_one ? extent != 1 : !dropped[axis]) shape.push_back(extent);
  }
  if (expected.errors == kNone) expected.view = everything(shape);
  subject.step(absl::StrCat(".squeeze", all_of_one ? "" : tuple_text(axes)), expected,
               [&](Array<Element>& a) { return all_of_one ? a.squeeze() : a.squeeze(axes); });
}

void step_take(FuzzInput& in, ViewSubject& subject) {
  const Index axis = in.number(0, 7) == 0 ? in.any_number() : in.number(0, 4);
  const bool by_index = axis == 0 && in.number(0, 1) == 1;
  Dims list;
  for (Index count = in.number(0, 5); count > 0; --count) {
    list.push_back(in.number(0, 7) == 0 ? in.any_number() : in.number(-3, 3));
  }
  Dims shape(subject.shape().begin(), subject.shape().end());
  if (shape.empty() && !by_index) shape = {1};  // as NumPy's take sees it
  Expected expected;
  expected.is_copy = true;
  if (!is_axis(axis, shape.size())) {
    expected.errors = kOutOfRange;
  } else {
    const std::size_t along = from_front(axis, shape.size());
    const Index extent = shape[along], count = static_cast<Index>(list.size());
    const Index inner = element_count(Shape(shape).subspan(along + 1));
    for (Index position : list) {
      if (position < -extent || position >= extent) expected.errors = kOutOfRange;
    }
    shape[along] = count;
    if (expected.errors == kNone && is_wide(shape)) return;
    expected.view.shape = shape;
    const Index size = expected.errors == kNone ? element_count(shape) : 0;
    for (Index i = 0; i < size; ++i) {
      const Index wish = list[static_cast<std::size_t>(i / inner % count)];
      const Index at = wish < 0 ? wish + extent : wish;
      expected.view.positions.push_back((i / inner / count * extent + at) * inner + i % inner);
    }
  }
  const Array<Index> positions = from_span<Index>(list, {static_cast<Index>(list.size())});
  subject.step(absl::StrCat(by_index ? "[list]" : ".take", tuple_text(list), " axis ", axis),
               expected, [&](Array<Element>& a) -> Array<Element> {
                 return by_index ? a[index_list(list)] : a.take(positions, axis);
               });
}

void step_swapaxes(FuzzInput& in, ViewSubject& subject) {
  const std::size_t ndim = subject.ndim();
  const Dims asked = {read_axis(in, ndim), read_axis(in, ndim)};
  Expected expected;
  expected.errors = errors_of_axes(asked, ndim);
  if (expected.errors == kNone) {
    Dims axes(ndim);
    std::iota(axes.begin(), axes.end(), 0);
    std::swap(axes[from_front(asked[0], ndim)], axes[from_front(asked[1], ndim)]);
    expected.view = naive_transpose(subject.shape(), axes);
  }
  subject.step(absl::StrCat(".swapaxes", tuple_text(asked)), expected,
               [&](Array<Element>& a) { return a.swapaxes(asked[0], asked[1]); });
}

void step_expand_dims(FuzzInput& in, ViewSubject& subject) {
  const std::size_t ndim = subject.ndim() + 1;  // of the result
  const Index axis = read_axis(in, ndim);
  Expected expected;
  expected.errors = errors_of_axes({&axis, 1}, ndim);
  if (ndim > kMaxDims) expected.errors |= kInvalidArgument;
  if (expected.errors == kNone) {
    Dims shape(subject.shape().begin(), subject.shape().end());
    shape.insert(shape.begin() + static_cast<Index>(from_front(axis, ndim)), 1);
    expected.view = everything(shape);
  }
  subject.step(absl::StrCat(".expand_dims(", axis, ")"), expected,
               [axis](Array<Element>& a) { return a.expand_dims(axis); });
}

void step_diagonal(FuzzInput& in, ViewSubject& subject) {
  const Shape shape = subject.shape();
  const std::size_t ndim = shape.size();
  const Index offset = in.number(0, 7) == 0 ? in.any_number() : in.number(-3, 3);
  const Dims axes = {read_axis(in, ndim), read_axis(in, ndim)};
  Expected expected;
  expected.errors = errors_of_axes(axes, ndim);
  if (ndim < 2 || is_named_twice(axes, ndim)) expected.errors |= kInvalidArgument;
  if (expected.errors == kNone) {
    const std::size_t first = from_front(axes[0], ndim), second = from_front(axes[1], ndim);
    const Index down = std::clamp(offset, -kBeyond, Index{0}) * -1;
    const Index right = std::clamp(offset, Index{0}, kBeyond);
    Dims to;
    for (std::size_t axis = 0; axis < ndim; ++axis) {
      if (axis != first && axis != second) to.push_back(shape[axis]);
    }
    to.push_back(std::max(Index{0}, std::min(shape[first] - down, shape[second] - right)));
    expected.view = naive_view(shape, to, [&](std::vector<Index> position) {
      const Index along = position.back();
      position.pop_back();
      for (std::size_t axis : {std::min(first, second), std::max(first, second)}) {
        position.insert(position.begin() + static_cast<Index>(axis),
                        along + (axis == first ? down : right));
      }
      return position;
    });
  }
  subject.step(absl::StrCat(".diagonal(", offset, ") of axes ", tuple_text(axes)), expected,
               [&](Array<Element>& a) { return a.diagonal(offset, axes[0], axes[1]); });
}

void step_flip(FuzzInput& in, ViewSubject& subject) {
  const Shape shape = subject.shape();
  const std::size_t ndim = shape.size();
  const bool of_all = in.number(0, 3) == 0;
  Dims axes;
  if (!of_all) axes = read_axes(in, ndim);
  Expected expected;
  expected.errors = errors_of_axes(axes, ndim);
  if (is_named_twice(axes, ndim)) expected.errors |= kInvalidArgument;
  if (expected.errors == kNone) {
    std::vector<bool> is_flipped(ndim, of_all);
    for (Index axis : axes) is_flipped[from_front(axis, ndim)] = true;
    const Dims to(shape.begin(), shape.end());
    expected.view = naive_view(shape, to, [&](std::vector<Index> position) {
      for (std::size_t axis = 0; axis < ndim; ++axis) {
        if (is_flipped[axis]) position[axis] = shape[axis] - 1 - position[axis];
      }
      return position;
    });
  }
  subject.step(absl::StrCat(".flip", of_all ? "()" : tuple_text(axes)), expected,
               [&](Array<Element>& a) { return of_all ? a.flip() : a.flip(axes); });
}

void step_sliding_window(FuzzInput& in, ViewSubject& subject) {
  const Shape shape = subject.shape();
  const std::size_t ndim = shape.size();
  const bool of_all = in.number(0, 3) == 0;
  Dims axes(ndim);
  std::iota(axes.begin(), axes.end(), 0);
  if (!of_all) axes = read_axes(in, ndim);
  Dims window, to(shape.begin(), shape.end());
  Expected expected;
  expected.errors = errors_of_axes(axes, ndim);
  for (Index axis : axes) {
    const Index extent = in.number(0, 7) == 0 ? in.any_number() : in.number(0, 3);
    window.push_back(extent);
    if (!is_axis(axis, ndim)) continue;
    Index& windows = to[from_front(axis, ndim)];
    if (extent < 0 || extent > windows) {
      expected.errors |= kInvalidArgument;
    } else {
      windows -= extent - 1;
    }
  }
  if (in.byte() == 1) window.push_back(1);
  if (window.size() != axes.size() || ndim + window.size() > kMaxDims) {
    expected.errors |= kInvalidArgument;
  }
  to.insert(to.end(), window.begin(), window.end());
  const std::string text = absl::StrCat(".sliding_window_view", tuple_text(window),
                                        of_all ? "" : " of axes " + tuple_text(axes));
  const auto call = [&](Array<Element>& a) {
    return of_all ? a.sliding_window_view(window) : a.sliding_window_view(window, axes);
  };
  if (expected.errors == kNone && is_wide(to)) return check_wide(subject, text, to, call);
  if (expected.errors == kNone) {
    expected.view = naive_view(shape, to, [&](const std::vector<Index>& position) {
      std::vector<Index> source(position.begin(), position.begin() + std::ssize(shape));
      for (std::size_t i = 0; i < axes.size(); ++i) {
        source[from_front(axes[i], ndim)] += position[ndim + i];
      }
      return source;
    });
  }
  subject.step(text, expected, call);
  if (expected.errors == kNone) subject.set_read_only();
}

void take_step(FuzzInput& in, ViewSubject& subject) {
  switch (in.number(0, 16)) {
    case 0:
      return step_reshape(in, subject);
    case 1:
      return step_transpose(in, subject);
    case 2:
      return step_broadcast(in, subject);
    case 3:
      return step_squeeze(in, subject);
    case 4:
      return step_take(in, subject);
    case 5: {
      Expected expected{kNone, everything({subject.size()}), false};
      expected.is_copy = subject.must_copy(expected.view) || !subject.array().is_contiguous();
      return subject.step(".ravel()", expected, [](Array<Element>& a) { return a.ravel(); });
    }
    case 6:
      return subject.check_element(read_numbers(in, static_cast<std::size_t>(in.number(1, 3))));
    case 7:
      return step_swapaxes(in, subject);
    case 8:
      return step_expand_dims(in, subject);
    case 9:
      return step_diagonal(in, subject);
    case 10:
      return step_flip(in, subject);
    case 11:
      return step_sliding_window(in, subject);
    case 12:
    case 13:
      return step_select(in, subject);
    default:
      return step_index(in, subject);
  }
}

}  // namespace
}  // namespace cow::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using cow::fuzz::FuzzInput;
  FuzzInput in(data, size);
  const cow::ScopedMode mode(in.number(0, 1) == 0 ? cow::Mode::kView : cow::Mode::kCopyOnWrite);
  cow::Dims shape;
  for (cow::Index ndim = in.number(0, 5); ndim > 0; --ndim) {
    shape.push_back(in.number(0, 7) == 0 ? 0 : in.number(1, 4));
  }
  cow::fuzz::ViewSubject subject(shape);
  for (int i = 0; i < cow::fuzz::kMostSteps && !in.empty(); ++i) {
    cow::fuzz::take_step(in, subject);
  }
  subject.check_write();
  return 0;
}

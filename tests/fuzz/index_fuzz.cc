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
#include "cow/tests/naive_index.h"

namespace cow::fuzz {
namespace {

using Element = std::int32_t;

constexpr Index kMostElements = 2048;
constexpr int kMostSteps = 8;

// Which errors a call may throw; with none of them set it must succeed.
enum Errors : unsigned { kNone = 0, kOutOfRange = 1, kInvalidArgument = 2 };

// What a step should give.
struct Expected {
  unsigned errors = kNone;
  NaiveView view;        // positions in the array before the step
  bool is_copy = false;  // in memory of its own
};

// The number of elements, up to a limit far beyond any.
absl::int128 count_of(Shape shape) {
  absl::int128 count = 1;
  for (Index extent : shape) {
    if (extent == 0) return 0;
    count = std::min(count * extent, absl::int128(1) << 63);
  }
  return count;
}

// The same in bytes, as if there were no extent 0: the strides of an empty array must fit too.
absl::int128 span_of(Shape shape) {
  Dims extents(shape.begin(), shape.end());
  std::replace(extents.begin(), extents.end(), Index{0}, Index{1});
  return count_of(extents) * Index{sizeof(Element)};
}

NaiveView everything(Shape shape) {
  NaiveView view{Dims(shape.begin(), shape.end()), {}};
  view.positions.resize(static_cast<std::size_t>(count_of(shape)));
  std::iota(view.positions.begin(), view.positions.end(), 0);
  return view;
}

bool is_axis(Index axis, std::size_t ndim) {
  return axis >= -static_cast<Index>(ndim) && axis < static_cast<Index>(ndim);
}

std::size_t from_front(Index axis, std::size_t ndim) {
  return static_cast<std::size_t>(axis < 0 ? axis + static_cast<Index>(ndim) : axis);
}

// The array under test, and what it should be.
class Subject {
 public:
  explicit Subject(Shape shape) : root_(make_root(shape)), array_(root_) {
    model_ = everything(shape);
    from_empty_ = size() == 0;
    check();
  }

  Shape shape() const { return model_.shape; }
  std::size_t ndim() const { return model_.shape.size(); }
  Index size() const { return static_cast<Index>(model_.positions.size()); }
  Array<Element>& array() { return array_; }

  // Applies `call` to the array, and `expected` to the model; both unchanged if it has to throw.
  template <class Call>
  void step(const std::string& text, const Expected& expected, Call call) {
    absl::StrAppend(&history_, text);
    unsigned thrown = kNone;
    Array<Element> result;
    try {
      result = call(array_);
    } catch (const std::out_of_range&) {
      thrown = kOutOfRange;
    } catch (const std::invalid_argument&) {
      thrown = kInvalidArgument;
    }
    if (expected.errors == kNone ? thrown != kNone : (thrown & expected.errors) == 0) {
      wrong(absl::StrCat("error class ", thrown, ", expected one of ", expected.errors));
    }
    if (thrown != kNone) {
      absl::StrAppend(&history_, " (throws) ");
      return check();
    }
    array_ = std::move(result);
    from_empty_ |= size() == 0;
    NaiveView view = expected.view;
    for (Index& position : view.positions) {
      position = model_.positions[static_cast<std::size_t>(position)];
    }
    model_ = std::move(view);
    if (expected.is_copy) {
      is_copy_ = true;
      is_read_only_ = false;
    }
    check();
  }

  // No strides give `view` of the present elements, so a reshape to it has to copy.
  bool must_copy(const NaiveView& view) const;
  void check_element(absl::Span<const Index> position) const;
  void check_write();
  void set_read_only() { is_read_only_ = true; }
  [[noreturn]] void wrong(const std::string& what) const;

 private:
  static Array<Element> make_root(Shape shape) {
    Array<Element> root = empty<Element>(shape);
    auto* const elements = reinterpret_cast<Element*>(root.handle().node().data);
    std::iota(elements, elements + root.size(), 0);
    return root;
  }

  void check() const;
  Index address_of(Index flat) const {
    const internal::Node& node = array_.handle().node();
    return reinterpret_cast<Index>(node.address()) + node.layout.displacement_of_flat(flat);
  }

  Array<Element> root_;
  Array<Element> array_;
  NaiveView model_;  // positions in the root, which are also the values
  bool is_copy_ = false;
  bool is_read_only_ = false;
  bool from_empty_ = false;
  std::string history_;
};

void Subject::wrong(const std::string& what) const {
  fail(absl::StrCat(what, ": array of shape ", tuple_text(root_.shape()), history_, " is ",
                    tuple_text(array_.shape()), " strides ", tuple_text(array_.strides()),
                    ", expected ", tuple_text(model_.shape)));
}

void Subject::check() const {
  if (array_.shape() != Shape(model_.shape)) wrong("shape");
  if (array_.size() != size()) wrong("size");
  const internal::Node& node = array_.handle().node();
  const internal::Buffer& buffer = node.current_buffer();
  const Index begin = reinterpret_cast<Index>(buffer.memory), end = begin + buffer.size_bytes;
  // In copy-on-write mode memory may be taken early, and copies be put off.
  const bool is_view_mode = buffer.mode == Mode::kView;
  const bool shares = &buffer == &root_.handle().node().current_buffer();
  if (is_view_mode && shares == is_copy_) wrong(shares ? "shares memory" : "is a copy");
  // An empty one names an address too. What is made from it may name any.
  const Index address = reinterpret_cast<Index>(node.address());
  if (!from_empty_ && (address < begin || address > end)) wrong("address outside of the buffer");
  for (Index i = 0; i < size(); ++i) {
    const Index at = address_of(i);
    const Index value = model_.positions[static_cast<std::size_t>(i)];
    if (at < begin || at + Index{sizeof(Element)} > end) wrong("element outside of the buffer");
    if (is_view_mode && !is_copy_ && at != begin + value * Index{sizeof(Element)})
      wrong("address of an element");
    if (*reinterpret_cast<const Element*>(at) != value) wrong("value of an element");
  }
}

bool Subject::must_copy(const NaiveView& view) const {
  if (size() == 0) return false;
  const std::size_t rank = view.shape.size();
  Dims steps(rank, 0);  // of the addresses along each axis
  Index stride = 1;     // in C order
  for (std::size_t axis = rank; axis-- > 0; stride *= view.shape[axis]) {
    if (view.shape[axis] > 1) steps[axis] = address_of(stride) - address_of(0);
  }
  for (Index flat = 0; flat < size(); ++flat) {
    Index left = flat, address = address_of(0);
    for (std::size_t axis = rank; axis-- > 0; left /= view.shape[axis]) {
      address += left % view.shape[axis] * steps[axis];
    }
    if (address != address_of(flat)) return true;
  }
  return false;
}

void Subject::check_element(absl::Span<const Index> position) const {
  bool outside = position.size() != ndim();
  Index flat = 0;
  for (std::size_t axis = 0; !outside && axis < ndim(); ++axis) {
    const Index extent = model_.shape[axis];
    outside = position[axis] < -extent || position[axis] >= extent;
    flat = flat * extent + (position[axis] < 0 ? position[axis] + extent : position[axis]);
  }
  Element found = -1;
  try {
    const Array<Element>& a = array_;
    found = position.size() == 1   ? a(position[0])
            : position.size() == 2 ? a(position[0], position[1])
                                   : a(position[0], position[1], position[2]);
  } catch (const std::out_of_range&) {
    if (outside) return;
    wrong("an element is out of range");
  }
  if (outside) wrong("no error for a position that there is not");
  if (found != model_.positions[static_cast<std::size_t>(flat)]) wrong("a(...)");
}

// Fills the array: in view mode that shows in the root, and nowhere else in it.
void Subject::check_write() {
  const bool copies = root_.handle().node().current_buffer().mode == Mode::kCopyOnWrite;
  const bool refused = is_read_only_ && !copies;
  absl::StrAppend(&history_, ".fill(-1)");
  try {
    array_.fill(-1);
    if (refused) wrong("wrote to a read-only array");
  } catch (const ReadOnlyError&) {
    if (!refused) wrong("refused to write");
  }
  std::vector<bool> written(static_cast<std::size_t>(root_.size()));
  if (!refused && !copies && !is_copy_) {
    for (Index position : model_.positions) written[static_cast<std::size_t>(position)] = true;
  }
  const auto* const elements = reinterpret_cast<const Element*>(root_.handle().node().address());
  for (Index i = 0; i < root_.size(); ++i) {
    const Element expected = written[static_cast<std::size_t>(i)] ? -1 : static_cast<Element>(i);
    if (elements[i] != expected) wrong(absl::StrCat("element ", i, " of the root after a write"));
  }
  for (Index i = 0; !refused && i < size(); ++i) {
    if (*reinterpret_cast<const Element*>(address_of(i)) != -1) wrong("own element after a write");
  }
}

// ---- steps ---------------------------------------------------------------------------------

Dims read_numbers(FuzzInput& in, std::size_t count) {
  Dims numbers;
  for (; count > 0; --count) numbers.push_back(in.any_number());
  return numbers;
}

// Mostly near the ends of a short axis, sometimes anything.
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
      return Slice{read_bound(in), read_bound(in), read_step(in)};
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

// The model adds steps up; beyond an axis all are the same.
std::vector<IndexItem> with_tame_steps(std::vector<IndexItem> items) {
  constexpr Index kBeyond = kMostElements + 1;
  for (IndexItem& item : items) {
    if (item.kind() != IndexItem::Kind::kSlice || !item.slice().step.present()) continue;
    Slice slice = item.slice();
    slice.step = std::clamp(slice.step.value(), -kBeyond, kBeyond);
    item = slice;
  }
  return items;
}

void step_index(FuzzInput& in, Subject& subject) {
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

// Too many elements to enumerate; or none, but long axes.
bool is_wide(Shape shape) { return span_of(shape) > kMostElements * Index{sizeof(Element)}; }

// A call that gives a wide array, which must be of this shape. It may be refused where its strides
// overflow. The subject stays as it is.
template <class Call>
void check_wide(Subject& subject, const std::string& text, Shape shape, Call call) {
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

void step_reshape(FuzzInput& in, Subject& subject) {
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

void step_transpose(FuzzInput& in, Subject& subject) {
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
  if (axes.size() != ndim && !axes.empty()) expected.errors |= kInvalidArgument;
  std::vector<bool> seen(ndim);
  for (Index& axis : axes) {
    const std::size_t normal = is_axis(axis, ndim) ? from_front(axis, ndim) : ndim;
    if (normal == ndim) {
      expected.errors |= kOutOfRange;
    } else if (seen[normal]) {
      expected.errors |= kInvalidArgument;
    } else {
      seen[normal] = true;
    }
  }
  const Dims asked = axes;
  if (expected.errors == kNone) {
    for (Index& axis : axes) axis = static_cast<Index>(from_front(axis, ndim));
    expected.view = naive_transpose(subject.shape(), axes);
  }
  subject.step(absl::StrCat(".transpose", tuple_text(asked)), expected,
               [&](Array<Element>& a) { return a.transpose(asked); });
}

void step_broadcast(FuzzInput& in, Subject& subject) {
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

void step_squeeze(FuzzInput& in, Subject& subject) {
  const std::size_t ndim = subject.ndim();
  const Dims axes = read_numbers(in, static_cast<std::size_t>(in.number(0, 3)));
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
    if (axes.empty() ? extent != 1 : !dropped[axis]) shape.push_back(extent);
  }
  if (expected.errors == kNone) expected.view = everything(shape);
  subject.step(absl::StrCat(".squeeze", tuple_text(axes)), expected,
               [&](Array<Element>& a) { return a.squeeze(axes); });
}

void step_take(FuzzInput& in, Subject& subject) {
  const std::size_t ndim = subject.ndim();
  const Index axis = in.number(0, 7) == 0 ? in.any_number() : in.number(0, 4);
  Dims list;
  for (Index count = in.number(0, 5); count > 0; --count) {
    list.push_back(in.number(0, 7) == 0 ? in.any_number() : in.number(-3, 3));
  }
  Expected expected;
  expected.is_copy = true;
  if (!is_axis(axis, ndim)) {
    expected.errors = kOutOfRange;
  } else {
    const std::size_t along = from_front(axis, ndim);
    const Index extent = subject.shape()[along];
    Index inner = 1;
    for (std::size_t k = along + 1; k < ndim; ++k) inner *= subject.shape()[k];
    expected.view.shape = Dims(subject.shape().begin(), subject.shape().end());
    expected.view.shape[along] = static_cast<Index>(list.size());
    for (Index position : list) {
      if (position < -extent || position >= extent) expected.errors = kOutOfRange;
    }
    const absl::int128 count = count_of(expected.view.shape);
    if (expected.errors == kNone && count > kMostElements) return;
    for (Index i = 0; expected.errors == kNone && i < count; ++i) {
      const std::size_t wish = static_cast<std::size_t>(i / inner) % list.size();
      const Index at = list[wish] < 0 ? list[wish] + extent : list[wish];
      const Index outer = i / inner / static_cast<Index>(list.size());
      expected.view.positions.push_back((outer * extent + at) * inner + i % inner);
    }
  }
  const Array<Index> positions = from_span<Index>(list, {static_cast<Index>(list.size())});
  const bool by_index = axis == 0 && in.number(0, 1) == 1;
  subject.step(absl::StrCat(".take(", tuple_text(list), ", ", axis, ")"), expected,
               [&](Array<Element>& a) -> Array<Element> {
                 return by_index ? a[index_list(list)] : a.take(positions, axis);
               });
}

void take_step(FuzzInput& in, Subject& subject) {
  switch (in.number(0, 9)) {
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
  cow::fuzz::Subject subject(shape);
  for (int i = 0; i < cow::fuzz::kMostSteps && !in.empty(); ++i) {
    cow::fuzz::take_step(in, subject);
  }
  subject.check_write();
  return 0;
}

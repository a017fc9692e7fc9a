#include "cow/tests/fuzz/view_subject.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cow/core/creation.h"
#include "cow/tests/fuzz/fuzz_input.h"

namespace cow::fuzz {
namespace {

// Each element is its own position.
Array<Element> make_root(Shape shape) {
  Array<Element> root = empty<Element>(shape);
  auto* const elements = reinterpret_cast<Element*>(root.handle().node().data);
  std::iota(elements, elements + root.size(), 0);
  return root;
}

}  // namespace

absl::int128 count_of(Shape shape) {
  absl::int128 count = 1;
  for (Index extent : shape) {
    if (extent == 0) return 0;
    count = std::min(count * extent, absl::int128(1) << 63);
  }
  return count;
}

absl::int128 span_of(Shape shape) {
  Dims extents(shape.begin(), shape.end());
  std::replace(extents.begin(), extents.end(), Index{0}, Index{1});
  return count_of(extents) * Index{sizeof(Element)};
}

bool is_wide(Shape shape) { return span_of(shape) > kMostElements * Index{sizeof(Element)}; }

NaiveView everything(Shape shape) {
  NaiveView view{Dims(shape.begin(), shape.end()), {}};
  view.positions.resize(static_cast<std::size_t>(count_of(shape)));
  std::iota(view.positions.begin(), view.positions.end(), 0);
  return view;
}

ViewSubject::ViewSubject(Shape shape) : root_(make_root(shape)), array_(root_) {
  model_ = everything(shape);
  from_empty_ = size() == 0;
  check();
}

Index ViewSubject::address_of(Index flat) const {
  const internal::Node& node = array_.handle().node();
  return reinterpret_cast<Index>(node.address()) + node.layout.displacement_of_flat(flat);
}

void ViewSubject::step(const std::string& text, const Expected& expected,
                       absl::FunctionRef<Array<Element>(Array<Element>&)> call) {
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

void ViewSubject::wrong(const std::string& what) const {
  fail(absl::StrCat(what, ": array of shape ", tuple_text(root_.shape()), history_, " is ",
                    tuple_text(array_.shape()), " strides ", tuple_text(array_.strides()),
                    ", expected ", tuple_text(model_.shape)));
}

void ViewSubject::check() const {
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

bool ViewSubject::must_copy(const NaiveView& view) const {
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

void ViewSubject::check_element(absl::Span<const Index> position) const {
  bool outside = position.size() != ndim();
  Index flat = 0;
  for (std::size_t axis = 0; !outside && axis < ndim(); ++axis) {
    const Index extent = model_.shape[axis];
    outside = position[axis] < -extent || position[axis] >= extent;
    if (!outside) flat = flat * extent + (position[axis] + extent) % extent;
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

void ViewSubject::check_write() {
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

}  // namespace cow::fuzz

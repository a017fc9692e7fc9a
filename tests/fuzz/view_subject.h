#ifndef COW_TESTS_FUZZ_VIEW_SUBJECT_H_
#define COW_TESTS_FUZZ_VIEW_SUBJECT_H_

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/numeric/int128.h"
#include "absl/types/span.h"
#include "cow/core/array.h"
#include "cow/tests/naive_index.h"

namespace cow::fuzz {

using Element = std::int32_t;

// Which errors a call may throw; with none of them set it must succeed.
enum Errors : unsigned { kNone = 0, kOutOfRange = 1, kInvalidArgument = 2 };

// What a step should give.
struct Expected {
  unsigned errors = kNone;
  NaiveView view;        // positions in the array before the step
  bool is_copy = false;  // in memory of its own
};

// More than these are not enumerated; and a number beyond any position among them.
inline constexpr Index kMostElements = 2048;
inline constexpr Index kBeyond = kMostElements + 1;

// The number of elements, up to a limit far beyond any.
absl::int128 count_of(Shape shape);

// In bytes, as if there were no extent 0: the strides of an empty array must fit too.
absl::int128 span_of(Shape shape);

// Too many elements to enumerate; or none, but long axes.
bool is_wide(Shape shape);

// All elements of an array, in this shape.
NaiveView everything(Shape shape);

// The array under test, and what it should be.
class ViewSubject {
 public:
  explicit ViewSubject(Shape shape);

  Shape shape() const { return model_.shape; }
  std::size_t ndim() const { return model_.shape.size(); }
  Index size() const { return static_cast<Index>(model_.positions.size()); }
  Array<Element>& array() { return array_; }

  // Applies `call` to the array, and `expected` to the model; both unchanged if it has to throw.
  void step(const std::string& text, const Expected& expected,
            absl::FunctionRef<Array<Element>(Array<Element>&)> call);
  // From now on, in view mode.
  void set_read_only() { is_read_only_ = true; }

  // No strides give `view` of the present elements, so a reshape to it has to copy.
  bool must_copy(const NaiveView& view) const;

  // Reads one element by one to three numbers, right or wrong.
  void check_element(absl::Span<const Index> position) const;

  // Fills the array: in view mode that shows in the root, and nowhere else in it.
  void check_write();

  // Fails, with all that was done.
  [[noreturn]] void wrong(const std::string& what) const;

 private:
  void check() const;
  Index address_of(Index flat) const;

  Array<Element> root_;
  Array<Element> array_;
  NaiveView model_;  // positions in the root, which are also the values
  bool is_copy_ = false;
  bool is_read_only_ = false;
  bool from_empty_ = false;
  std::string history_;
};

}  // namespace cow::fuzz

#endif  // COW_TESTS_FUZZ_VIEW_SUBJECT_H_

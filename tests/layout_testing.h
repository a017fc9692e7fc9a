#ifndef COW_TESTS_LAYOUT_TESTING_H_
#define COW_TESTS_LAYOUT_TESTING_H_

#include <vector>

#include "cow/core/layout.h"
#include "cow/tests/array_testing.h"
#include "cow/tests/naive_index.h"

/// Layouts at random, and where their elements are.
namespace cow {

constexpr Index kItem = 8;

/// The offset of each element, in C order.
inline std::vector<Index> offsets_of(const Layout& layout) {
  std::vector<Index> all;
  for (Index i = 0; i < layout.size(); ++i) {
    all.push_back(layout.offset() + layout.displacement_of_flat(i));
  }
  return all;
}

/// Some view of an array in C order.
inline Layout random_layout(Random& random) {
  Layout layout = Layout::c_order(random_shape(random, 5), kItem);
  for (int i = 0; i < 2; ++i) {
    layout = index_layout(layout, random_items(random, layout.shape()));
    if (random_number(random, 0, 2) == 0) layout = reverse_axes(layout);
  }
  if (random_number(random, 0, 3) == 0) {
    Dims shape(layout.shape().begin(), layout.shape().end());
    for (Index& extent : shape) {
      if (extent == 1) extent = random_number(random, 1, 3);
    }
    layout = broadcast_layout(layout, shape);
  }
  return layout;
}

/// Calls `check(random, layout)` with `count` layouts of at least `min_ndim` axes, until it fails.
template <class Check>
void for_random_layouts(int count, int min_ndim, Check check) {
  Random random(test_seed(7));
  for (int i = 0; i < count && !testing::Test::HasFailure(); ++i) {
    Layout layout = random_layout(random);
    while (layout.ndim() < min_ndim) layout = random_layout(random);
    SCOPED_TRACE(testing::Message() << i << ": " << tuple_text(layout.shape()) << " strides "
                                    << tuple_text(layout.strides()) << " + " << layout.offset());
    check(random, layout);
  }
}

}  // namespace cow

#endif  // COW_TESTS_LAYOUT_TESTING_H_

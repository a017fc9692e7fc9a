#ifndef COW_TESTS_ARRAY_TESTING_H_
#define COW_TESTS_ARRAY_TESTING_H_

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <iostream>
#include <numeric>
#include <string>
#include <vector>

#include "cow/core/creation.h"
#include "cow/tests/counting_observer.h"
#include "gtest/gtest.h"

/// What tests of arrays share: a view from behind, which no event reports and no count sees.
namespace cow {

using Ints = Array<Index>;

/// Where element (0, ..., 0) is.
template <Element E>
const void* address_of(const Array<E>& a) {
  return a.handle().node().address();
}

/// The elements in C order.
template <Element E>
std::vector<E> elements_of(const Array<E>& a) {
  const internal::Node& node = a.handle().node();
  std::vector<E> elements;
  for (Index i = 0; i < node.layout.size(); ++i) {
    E element;
    std::memcpy(&element, node.address() + node.layout.displacement_of_flat(i), sizeof element);
    elements.push_back(element);
  }
  return elements;
}

inline std::vector<Index> numbers_of(absl::Span<const Index> numbers) {
  return {numbers.begin(), numbers.end()};
}

inline std::vector<Index> count_up(Index n, Index start = 0) {
  std::vector<Index> numbers(static_cast<std::size_t>(n));
  std::iota(numbers.begin(), numbers.end(), start);
  return numbers;
}

/// 0, 1, 2, ... in C order.
inline Ints numbered(Shape shape) {
  return from_span<Index>(count_up(element_count(shape)), shape);
}

/// Values and read leases on the memory of `a`.
inline int sharers_of(const Ints& a) { return a.handle().node().current_buffer().sharers.count(); }

/// How many of `arrays`, each of a value of its own, `write` moves to other memory. The observer,
/// if there is one, must have been told of as many.
template <class Write>
Index detaches(std::initializer_list<const Ints*> arrays, Write write) {
  CountingObserver* observer = counting_observer();
  const Index told_before = observer != nullptr ? observer->detaches.load() : 0;
  std::vector<const void*> before;
  for (const Ints* a : arrays) before.push_back(address_of(*a));
  write();
  Index moved = 0;
  std::size_t k = 0;
  for (const Ints* a : arrays) moved += address_of(*a) != before[k++] ? 1 : 0;
  if (observer != nullptr) {
    EXPECT_EQ(observer->detaches.load() - told_before, moved);
  }
  return moved;
}

/// A seed from the environment (`COW_TEST_SEED`), else `otherwise`; printed, so that a failure can
/// be repeated.
inline std::uint64_t test_seed(std::uint64_t otherwise) {
  const char* given = std::getenv("COW_TEST_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : otherwise;
  std::cout << "COW_TEST_SEED=" << seed << std::endl;
  return seed;
}

/// A test once in each mode.
class ModeTest : public testing::TestWithParam<Mode> {
 protected:
  bool copies_on_write() const { return GetParam() == Mode::kCopyOnWrite; }

 private:
  ScopedMode scoped_mode_{GetParam()};
};

inline std::string mode_name(const testing::TestParamInfo<Mode>& info) {
  return info.param == Mode::kView ? "View" : "CopyOnWrite";
}

inline auto both_modes() { return testing::Values(Mode::kView, Mode::kCopyOnWrite); }

}  // namespace cow

#endif  // COW_TESTS_ARRAY_TESTING_H_

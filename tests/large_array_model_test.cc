// Random programs on arrays of a few pages, which are copied lazily or at once, in both modes,
// against plain vectors. Built twice, with and without an observer.

#include <algorithm>
#include <optional>
#include <utility>

#include "cow/core/copy_stats.h"
#include "cow/core/large_arrays.h"
#include "cow/core/operators.h"
#include "cow/tests/array_testing.h"
#include "cow/tests/naive_index.h"

namespace cow {
namespace {

using Numbers = std::vector<Index>;

/// A value and what its elements ought to be.
struct Entry {
  Ints real;
  Numbers expected;
  Index* raw = nullptr;  // view mode: a pointer for writing that has outlived its span
};

class Program {
 public:
  Program(Random& random, bool cow) : random_(random), cow_(cow) {}

  void run(int steps) {
    for (int i = 0; i < steps && !testing::Test::HasFailure(); ++i) {
      step();
      if (i % 16 == 15 || i == steps - 1) compare_all();
    }
  }

 private:
  Index below(Index n) { return static_cast<Index>(random_() % static_cast<std::uint64_t>(n)); }
  Index next() { return ++counter_; }

  void step() {
    const Index action = below(20);
    if (entries_.empty() || (action == 0 && entries_.size() < 8)) return make();
    Entry& to = entries_[static_cast<std::size_t>(below(std::ssize(entries_)))];
    const Index size = std::ssize(to.expected);
    if (action <= 4) return copy(to);
    if (action == 5) return drop(to);
    if (action == 6) return share(to);
    if (action == 7) return overwrite(to);
    if (action == 8) return update(to);
    if (action == 9) return assign(to);
    if (action == 10) return shift(to);
    if (action == 11) return write_span(to);
    if (action == 12) return write_raw(to);
    if (action == 13) {
      to.real.reserve_pages();
      EXPECT_LE(to.real.nbytes_shared(), to.real.nbytes());
      return;
    }
    if (action == 14) return write_under_read_span(to);
    if (action == 15) return write_part(to);
    const Index at = below(size);
    to.real(at) = to.expected[static_cast<std::size_t>(at)] = next();
  }

  void make() {
    const Index size = 1 + below(512 * 6);
    const Numbers numbers = count_up(size, next());
    entries_.push_back({from_span<Index>(numbers, {size}), numbers});
  }

  void copy(Entry& from) {
    if (entries_.size() == 8) return;
    Entry made{from.real.copy(), from.expected};
    EXPECT_TRUE(made.real.is_writeable() && made.real.owns_data());
    entries_.push_back(std::move(made));
  }

  void drop(Entry& entry) {
    std::swap(entry, entries_.back());
    entries_.pop_back();
  }

  /// In copy-on-write mode a copy of a handle is a value of its own.
  void share(Entry& from) {
    if (cow_ && entries_.size() < 8) entries_.push_back(Entry{Ints(from.real), from.expected});
  }

  void overwrite(Entry& to) {
    const Index value = next();
    to.real.fill(value);
    std::fill(to.expected.begin(), to.expected.end(), value);
  }

  void update(Entry& to) {
    const Index value = next();
    to.real += value;
    for (Index& element : to.expected) element += value;
  }

  void assign(Entry& to) {
    const Entry& from = entries_[static_cast<std::size_t>(below(std::ssize(entries_)))];
    const Index count = std::min(std::ssize(from.expected), std::ssize(to.expected));
    if (from.expected.size() == to.expected.size() && below(2) == 0) {
      to.real.assign(from.real);
    } else {
      to.real[slice(0, count)] = from.real[slice(0, count)];
    }
    std::copy_n(from.expected.begin(), count, to.expected.begin());
  }

  void shift(Entry& to) {
    const Index distance = below(std::ssize(to.expected));
    to.real[slice(distance, none)] = to.real[slice(0, std::ssize(to.expected) - distance)];
    std::copy_backward(to.expected.begin(), to.expected.end() - distance, to.expected.end());
  }

  void write_part(Entry& to) {
    const Index size = std::ssize(to.expected);
    const Index start = below(size), stop = start + below(size - start + 1), step = 1 + below(600);
    const Index value = next();
    to.real[slice(start, stop, step)] += value;
    for (Index i = start; i < stop; i += step) to.expected[static_cast<std::size_t>(i)] += value;
  }

  void write_span(Entry& to) {
    auto span = to.real.mutable_span<1>();
    for (int i = 0; i < 5; ++i) {
      const Index at = below(std::ssize(to.expected));
      span(at) = to.expected[static_cast<std::size_t>(at)] = next();
    }
    if (!cow_) to.raw = &span(0);
  }

  /// In view mode an array never moves, so that the pointer is good for as long as it lives.
  void write_raw(Entry& to) {
    if (to.raw == nullptr) return;
    const Index at = below(std::ssize(to.expected));
    to.raw[at] = to.expected[static_cast<std::size_t>(at)] = next();
  }

  /// In copy-on-write mode a read span is a snapshot.
  void write_under_read_span(Entry& to) {
    const Index at = below(std::ssize(to.expected));
    const Index before = to.expected[static_cast<std::size_t>(at)];
    const auto span = std::as_const(to.real).span<1>();
    const Index after = next();
    to.real(at) = to.expected[static_cast<std::size_t>(at)] = after;
    EXPECT_EQ(span(at), cow_ ? before : after);
  }

  void compare_all() {
    for (const Entry& entry : entries_) {
      ASSERT_EQ(std::memcmp(address_of(entry.real), entry.expected.data(),
                            entry.expected.size() * sizeof(Index)),
                0);
    }
  }

  Random& random_;
  const bool cow_;
  Index counter_ = 0;
  std::vector<Entry> entries_;
};

class LargeArrayModelTest : public ModeTest {};

INSTANTIATE_TEST_SUITE_P(, LargeArrayModelTest, both_modes(), mode_name);

TEST_P(LargeArrayModelTest, RandomPrograms) {
  const char* given = std::getenv("COW_TEST_PROGRAMS");
  // An observer that looks at each element takes its time.
  const int usual = counting_observer() != nullptr ? 120 : 600;
  const int programs = given != nullptr ? std::atoi(given) : usual;
  const std::uint64_t seed = test_seed(20261125);
  const CopyCounts before = copy_stats().total;
  for (int i = 0; i < programs && !HasFailure(); ++i) {
    SCOPED_TRACE(testing::Message() << "program " << i);
    Random random(seed + static_cast<std::uint64_t>(i));
    const bool lazy = i % 4 != 3;
    set_large_arrays(lazy ? LargeArrays::kLazyCopies : LargeArrays::kEagerCopies, lazy ? 1 : 4096);
    Program(random, copies_on_write()).run(100);
  }
  set_large_arrays(LargeArrays::kLazyCopies);
  const CopyCounts after = copy_stats().total;
  if (large_arrays() == LargeArrays::kLazyCopies) {
    EXPECT_GT(after.lazy_copies, before.lazy_copies);
    EXPECT_GT(after.pages_detached, before.pages_detached);
  }
}

}  // namespace
}  // namespace cow

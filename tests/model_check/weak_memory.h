#ifndef COW_TESTS_MODEL_CHECK_WEAK_MEMORY_H_
#define COW_TESTS_MODEL_CHECK_WEAK_MEMORY_H_

#include <algorithm>
#include <array>
#include <cstdint>

/// Memory as C++ threads may see it: atomic integers whose loads may return old values, and plain
/// bytes whose conflicting accesses must be ordered by happens-before. Made of bytes alone, so that
/// states can be copied and compared as memory.
namespace cow::model_check {

inline constexpr int kThreads = 3;
/// Atomic integers that a thread's view keeps track of.
inline constexpr int kAtomics = 16;

enum class Order : std::uint8_t { kRelaxed, kAcquire, kRelease, kAcquireRelease };

/// What happened before, as far as a thread knows: the epochs of each thread, and of each atomic
/// the value below which nothing can be read any more.
struct View {
  std::array<std::uint8_t, kThreads> epochs{};
  std::array<std::uint8_t, kAtomics> seen{};

  void join(const View& other) {
    for (std::size_t i = 0; i < epochs.size(); ++i)
      epochs[i] = std::max(epochs[i], other.epochs[i]);
    for (std::size_t i = 0; i < seen.size(); ++i) seen[i] = std::max(seen[i], other.seen[i]);
  }
};

/// An atomic integer number `id`: every value that it had, and what who reads it by acquire learns.
/// New values are the latest in modification order, which read-modify-write operations guarantee.
template <int kValues>
class Atomic {
 public:
  void init(int id, std::uint8_t value) {
    id_ = static_cast<std::uint8_t>(id);
    size_ = 1;
    values_[0] = {value, {}};
  }

  /// Values that a load may return: number `first_readable` to number `latest`.
  int first_readable(const View& view) const { return view.seen[id_]; }
  int latest() const { return size_ - 1; }

  std::uint8_t load(View& view, int which, Order order) const {
    const Value& value = values_[static_cast<std::size_t>(which)];
    view.seen[id_] = static_cast<std::uint8_t>(which);
    if (order == Order::kAcquire || order == Order::kAcquireRelease) view.join(value.released);
    return value.value;
  }

  /// Adds to the latest value, which is returned. Continues its release sequence.
  std::uint8_t fetch_add(View& view, int thread, int difference, Order order) {
    const Value before = values_[static_cast<std::size_t>(latest())];
    const std::uint8_t sum = static_cast<std::uint8_t>(before.value + difference);
    append(view, thread, sum, order, before.released);
    if (order == Order::kAcquire || order == Order::kAcquireRelease) view.join(before.released);
    return before.value;
  }

  void store(View& view, int thread, std::uint8_t value, Order order) {
    append(view, thread, value, order, {});
  }

 private:
  struct Value {
    std::uint8_t value;
    View released;
  };

  void append(View& view, int thread, std::uint8_t value, Order order, View released) {
    view.seen[id_] = size_;
    if (order == Order::kRelease || order == Order::kAcquireRelease) {
      released.join(view);
      ++view.epochs[static_cast<std::size_t>(thread)];  // what follows is not released
    }
    values_.at(size_++) = {value, released};
  }

  std::uint8_t id_ = 0;
  std::uint8_t size_ = 0;
  std::array<Value, kValues> values_{};
};

/// A plain variable. An access returns false if another thread's conflicting access is not known to
/// have happened before: a data race.
class Plain {
 public:
  std::uint8_t value() const { return value_; }

  bool read(const View& view, int thread) {
    const std::size_t self = static_cast<std::size_t>(thread);
    reads_[self] = view.epochs[self];
    return happened(writes_, view, thread);
  }

  bool write(const View& view, int thread, std::uint8_t value) {
    value_ = value;
    const std::size_t self = static_cast<std::size_t>(thread);
    writes_[self] = view.epochs[self];
    return happened(writes_, view, thread) && happened(reads_, view, thread);
  }

 private:
  using Epochs = std::array<std::uint8_t, kThreads>;

  static bool happened(const Epochs& accesses, const View& view, int thread) {
    for (int other = 0; other < kThreads; ++other) {
      const std::size_t i = static_cast<std::size_t>(other);
      if (other != thread && accesses[i] > view.epochs[i]) return false;
    }
    return true;
  }

  std::uint8_t value_ = 0;
  Epochs reads_{}, writes_{};  // 0: none
};

}  // namespace cow::model_check

#endif  // COW_TESTS_MODEL_CHECK_WEAK_MEMORY_H_

#ifndef COW_CORE_REF_COUNT_H_
#define COW_CORE_REF_COUNT_H_

#include <sys/single_threaded.h>

#include <atomic>
#include <cstdint>

namespace cow::internal {

/// A count of owners. While the process has one thread it costs a plain load and store, as in
/// libstdc++'s `shared_ptr`. tests/model_check explains how values share a buffer by it, and runs
/// that protocol in every order of its atomic steps, with and without planted mistakes.
class RefCount {
 public:
  explicit RefCount(std::int32_t count) : count_(count) {}

  void increment() {
    if (__libc_single_threaded) {
      count_.store(count_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    } else {
      count_.fetch_add(1, std::memory_order_relaxed);
    }
  }

  /// True if that was the last owner; what the others did is then visible.
  bool decrement() {
    const std::int32_t count = count_.load(std::memory_order_acquire);
    // Only owners raise a count, and the caller is the only one: no locked operation is needed.
    if (count == 1) {
      count_.store(0, std::memory_order_release);
      return true;
    }
    if (__libc_single_threaded) {
      count_.store(count - 1, std::memory_order_relaxed);
      return false;
    }
    return count_.fetch_sub(1, std::memory_order_acq_rel) == 1;
  }

  /// A count of 1 read here means that what former owners did is visible.
  std::int32_t count() const { return count_.load(std::memory_order_acquire); }

 private:
  std::atomic<std::int32_t> count_;
};

}  // namespace cow::internal

#endif  // COW_CORE_REF_COUNT_H_

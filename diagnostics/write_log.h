#ifndef COW_DIAGNOSTICS_WRITE_LOG_H_
#define COW_DIAGNOSTICS_WRITE_LOG_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "cow/diagnostics/registry.h"
#include "cow/diagnostics/stack.h"
#include "cow/diagnostics/write_effect.h"

namespace cow::alsan {

/// `elements`, in any order, as ranges begin <= i < end; one for all if there would be more than
/// 256.
std::vector<std::pair<Index, Index>> ranges_of(std::vector<Index> elements);
/// The same of the elements of an effect.
std::vector<std::pair<Index, Index>> ranges_of(const WriteEffect& effect);

/// A write whose bytes another array could see.
struct LoggedWrite {
  Moment moment;
  std::shared_ptr<ArrayRecord> through;  // the array that the program named
  Layout layout;                         // of `through` then
  std::byte* address;
  StackId site;
  Index changed_elements;
  std::vector<std::pair<Index, Index>> changed;  // `ranges_of` the elements of the buffer
  Index temporary_bytes = 0;    // of the copy of a source that overlapped the destination
  int buffer_number = 0;        // that was written
  std::byte* memory = nullptr;  // of that buffer; perhaps freed since
  /// Null if it took too much memory.
  std::shared_ptr<const WriteEffect> effect = nullptr;

  /// Did the write change `element`? Exact if there is an effect; else yes also for one that lies
  /// between those that it did, if they were too scattered.
  bool may_have_changed(Index element) const;
  bool is_exact() const;
};

/// The last writes, as many as fit; older ones are dropped and counted. The effects of the last
/// ones, as many as take 64 MiB.
class WriteLog {
 public:
  static constexpr Index kEffectBytes = 64 << 20;

  explicit WriteLog(int capacity, Index effect_bytes = kEffectBytes)
      : capacity_(static_cast<std::size_t>(capacity)), effect_capacity_(effect_bytes) {}

  /// O(1), but for a span's write, which is older than others.
  void add(LoggedWrite write);
  /// Is an effect of so many bytes worth making?
  bool can_hold(Index effect_bytes) const { return effect_bytes <= effect_capacity_; }
  /// Null if it was dropped. O(logarithm of the log's size).
  const LoggedWrite* find(Moment moment) const;
  /// Oldest first.
  const std::deque<LoggedWrite>& writes() const { return writes_; }
  std::int64_t dropped() const { return dropped_; }

 private:
  void drop_effects();

  std::size_t capacity_;
  std::deque<LoggedWrite> writes_;  // by moment
  std::int64_t dropped_ = 0;
  Index effect_capacity_;
  Index effect_bytes_ = 0;
  Moment first_effect_ = 0;  // none before
};

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_WRITE_LOG_H_

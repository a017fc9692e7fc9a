#ifndef COW_DIAGNOSTICS_ELEMENT_HISTORY_H_
#define COW_DIAGNOSTICS_ELEMENT_HISTORY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/functional/function_ref.h"
#include "cow/core/dims.h"

namespace cow::alsan {

/// A moment: births of values and writes are numbered in one sequence. 0 is before all of them.
using Moment = std::uint64_t;

/// The bits of one element, zero beyond its size.
struct Bits {
  std::array<std::byte, 16> bytes{};

  static Bits load(const std::byte* address, Index itemsize) {
    Bits bits;
    std::memcpy(bits.bytes.data(), address, static_cast<std::size_t>(itemsize));
    return bits;
  }
  friend bool operator==(const Bits&, const Bits&) = default;
};

/// An array with its declared aliases. Its *twin* is what its elements would be if only they were
/// written: it starts as the twin of the value it was made from.
struct Value {
  std::uint64_t id;
  /// Its twin starts as `made_from`'s was at this moment.
  Moment birth;
  /// Null for the owner of the buffer.
  const Value* made_from;
};

/// What happened to the elements of one buffer, enough to tell the twin of every value that is
/// still known, without storing any twin: each element has a list of writes (moment, value that
/// wrote, bits before). What a value expects of an element is what followed its own last write; if
/// it wrote none, what the value it was made from expected when it was born; for the owner, what
/// was there before the first write.
///
/// Memory: none before the first write that is recorded; then about 50 bytes for each element of a
/// block of 256 that was written, more where several values wrote it.
class ElementHistory {
 public:
  explicit ElementHistory(Index element_count, Index itemsize_bytes)
      : itemsize_(itemsize_bytes),
        blocks_(static_cast<std::size_t>((element_count + kBlock - 1) / kBlock)) {}

  /// `is_known(id)`: may anybody still ask for that value's twin, or for that of one made from it?
  using IsKnown = absl::FunctionRef<bool(std::uint64_t)>;
  /// `born_between(a, b)`: was a value that is still known born after `a` and before `b`?
  using BornBetween = absl::FunctionRef<bool(Moment, Moment)>;

  /// `value` writes `element`, whose bits are `before`.
  void record_write(Index element, std::uint64_t value, Moment moment, const Bits& before,
                    IsKnown is_known, BornBetween born_between);

  /// The write at `moment` changed `element`; `is_meant`: in an `AliasOk` scope.
  void mark_changed(Index element, Moment moment, bool is_meant) {
    if (Element* found = find(element)) {
      found->last_change = moment;
      found->is_meant = is_meant;
    }
  }

  /// The last write that changed `element`; 0 if none is recorded.
  Moment last_change(Index element) const {
    const Element* found = find(element);
    return found == nullptr ? 0 : found->last_change;
  }

  /// Was that write in an `AliasOk` scope?
  bool last_change_is_meant(Index element) const {
    const Element* found = find(element);
    return found != nullptr && found->is_meant;
  }

  /// What `value` expects of `element`, whose bits are `now`.
  Bits expected(Index element, const Value& value, const Bits& now) const;

  /// False if no element of the block that `element` is in was ever recorded; `*block_end` is then
  /// the first element behind the block.
  bool is_recorded(Index element, Index* block_end) const {
    *block_end = (element / kBlock + 1) * kBlock;
    return blocks_[static_cast<std::size_t>(element / kBlock)] != nullptr;
  }

 private:
  static constexpr Index kBlock = 256;

  struct Write {
    Moment moment;
    std::uint64_t value;
    Bits before;
  };
  struct Element {
    absl::InlinedVector<Write, 1> writes;
    Moment last_change = 0;
    std::uint32_t compact_at = 8;
    bool is_meant = false;
  };
  using Block = std::array<Element, kBlock>;

  Element* find(Index element) {
    Block* block = blocks_[static_cast<std::size_t>(element / kBlock)].get();
    return block == nullptr ? nullptr : &(*block)[static_cast<std::size_t>(element % kBlock)];
  }
  const Element* find(Index element) const {
    return const_cast<ElementHistory*>(this)->find(element);
  }
  static void compact(Element* element, IsKnown is_known, BornBetween born_between);

  Index itemsize_;
  std::vector<std::unique_ptr<Block>> blocks_;
};

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_ELEMENT_HISTORY_H_

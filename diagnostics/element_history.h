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
/// Kept in blocks of 256 elements, in two forms: a write of many elements in a row is one record
/// with their bytes, other writes are records of single elements. A write that adds nothing, as the
/// last one was the same value's and nobody was born since, is not recorded again.
///
/// Memory: none before the first write that is recorded; then for each value that wrote an element
/// the element's bytes, or 56 bytes if it was written alone, and 8 bytes for each element of a
/// block that was not written as a whole. Time: a comparison of bytes for each record of a block
/// that is read.
class ElementHistory {
 public:
  explicit ElementHistory(Index element_count, Index itemsize_bytes)
      : element_count_(element_count),
        itemsize_(itemsize_bytes),
        blocks_(static_cast<std::size_t>((element_count + kBlock - 1) / kBlock)) {}

  /// `is_known(id)`: may anybody still ask for that value's twin, or for that of one made from it?
  using IsKnown = absl::FunctionRef<bool(std::uint64_t)>;
  /// `born_between(a, b)`: was a value that is still known born after `a` and before `b`?
  using BornBetween = absl::FunctionRef<bool(Moment, Moment)>;

  /// `value` wrote the elements from `begin` to `end`, the end not included, whose bytes were
  /// `before`, in the order of memory.
  void record_write(Index begin, Index end, std::uint64_t value, Moment moment,
                    const std::byte* before, IsKnown is_known, BornBetween born_between);

  /// The write at `moment` changed these elements, which it was recorded for; `is_meant`: in an
  /// `AliasOk` scope.
  void mark_changed(Index begin, Index end, Moment moment, bool is_meant);

  /// The last write that changed `element`; 0 if none is recorded.
  Moment last_change(Index element) const;
  /// Was that write in an `AliasOk` scope?
  bool last_change_is_meant(Index element) const;

  /// What `value` expects of `element`, whose bits are `now`.
  Bits expected(Index element, const Value& value, const Bits& now) const;

  /// Calls `fn(element, expected)` for the elements from `begin` to `end` that are not what `value`
  /// expects; `now` is where `begin` is. Costs next to nothing where nothing was written.
  void find_unexpected(Index begin, Index end, const Value& value, const std::byte* now,
                       absl::FunctionRef<void(Index, const Bits&)> fn) const;

 private:
  static constexpr Index kBlock = 256;
  /// From this many elements in a row on, a write is one record.
  static constexpr Index kFewestInARow = 16;

  /// Who wrote, and when; `order` is that in which writes were recorded: a span's moment is that
  /// of its beginning.
  struct Stamp {
    Moment moment;
    std::uint64_t value;
    std::uint64_t order;
  };
  struct Write {
    Stamp stamp;
    Bits before;
  };
  struct RowWrite {
    Stamp stamp;
    Index begin, end;
    std::unique_ptr<std::byte[]> before;
  };
  struct Element {
    absl::InlinedVector<Write, 1> writes;
    std::uint32_t compact_at = 8;
  };
  using Elements = std::array<Element, kBlock>;
  struct Block {
    /// The moment of the last change, twice, and 1 more if it was meant: of all elements, unless
    /// there is one for each.
    Moment change = 0;
    std::unique_ptr<std::array<Moment, kBlock>> changes;
    std::vector<RowWrite> rows;          // in the order of `order`
    std::unique_ptr<Elements> elements;  // null until one is written alone
    std::uint64_t newest_alone = 0;      // `order` of the newest write of a single element
    std::size_t compact_at = 8;
  };
  /// A write of one element, wherever it is kept.
  struct Found {
    Stamp stamp;
    const std::byte* before;
  };
  using Stamps = absl::InlinedVector<Stamp, 8>;

  const Block* block_of(Index element) const {
    return blocks_[static_cast<std::size_t>(element / kBlock)].get();
  }
  absl::InlinedVector<Found, 8> writes_of(const Block& block, Index element) const;
  void record_in_block(Block* block, Index begin, Index end, const Stamp& stamp,
                       const std::byte* before, IsKnown is_known, BornBetween born_between);
  void record_alone(Block* block, Index element, const Stamp& stamp, const std::byte* before,
                    IsKnown is_known, BornBetween born_between);
  void compact_rows(Block* block, IsKnown is_known, BornBetween born_between);
  void keep_alone(Block* block);
  static void compact(Element* element, IsKnown is_known, BornBetween born_between);

  Moment change_of(Index element) const;

  Index element_count_;
  Index itemsize_;
  std::uint64_t last_order_ = 0;
  std::vector<std::unique_ptr<Block>> blocks_;
};

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_ELEMENT_HISTORY_H_

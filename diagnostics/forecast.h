#ifndef COW_DIAGNOSTICS_FORECAST_H_
#define COW_DIAGNOSTICS_FORECAST_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "cow/core/node.h"
#include "cow/core/observer.h"
#include "cow/diagnostics/forecast_bill.h"
#include "cow/diagnostics/stack.h"
#include "cow/diagnostics/symbolizer.h"

namespace cow::alsan {

/// What a program that runs in view mode would cost in copy-on-write mode. Told of the same events
/// as an observer, it keeps for each value the buffer that it would live on: shared until a write
/// that would detach the value, its own from then on. No memory is copied for it. Where it can be
/// wrong is said in docs/forecast.md.
///
/// Arrays that are copy-on-write already are left out. No lock: the sanitizer has one. O(1) an
/// event, but for O(ndim^2) a detach.
class Forecast {
 public:
  Forecast() = default;
  Forecast(const Forecast&) = delete;
  Forecast& operator=(const Forecast&) = delete;

  // As the events of `AccessObserver`.
  void on_allocate(const internal::Node& node);
  /// `made`, just allocated, is a copy of `source`.
  void on_copy(const internal::Node& made, const internal::Node& source);
  void on_view(const internal::Node& made, const internal::Node& source, const ViewOp& op,
               StackId site);
  void on_read(const internal::Access& access);
  void on_read_span_end(const internal::Node& node);
  void before_write(const internal::Access& access, const internal::Node& value,
                    const internal::Node* dying_source, StackId site);
  void after_write(const internal::Access& access, const internal::Node& value);
  void on_release(const internal::Node& node);
  void on_forget(const internal::Node& node);
  void on_free(const internal::Buffer& buffer);

  /// A read of `elements` elements that would be others; they were written at `write_site`.
  void add_changed_read(StackId read_site, StackId write_site, std::int64_t elements);

  /// The bill so far. Takes milliseconds: it looks up lines.
  ForecastBill bill(const StackDepot& stacks, const ResolveOptions& resolving) const;

 private:
  /// Bytes in use, and the most there were between two events.
  class Memory {
   public:
    void add(Index bytes) { now_ += bytes; }
    void settle() { peak_ = peak(); }
    Index peak() const { return now_ > peak_ ? now_ : peak_; }

   private:
    Index now_ = 0;
    Index peak_ = 0;
  };

  /// The buffer that values would be on; its use count is how many.
  struct Block {
    Block(Index size_bytes, Memory* memory) : size_bytes(size_bytes), memory(memory) {
      if (memory != nullptr) memory->add(size_bytes);
    }
    ~Block() {
      if (memory != nullptr) memory->add(-size_bytes);
    }
    Block(const Block&) = delete;
    Block& operator=(const Block&) = delete;

    const Index size_bytes;
    Memory* const memory;  // null: not the library's
    int write_leases = 0;
    bool was_leased_for_writing = false;
  };

  /// An array as it would be.
  struct Array {
    /// Where a detach would have rearranged the elements; else as they are.
    std::optional<Layout> layout;
    bool is_stretched = false;
    // Of the leader of a value:
    std::shared_ptr<Block> block;  // null once it is dead
    int members = 0;               // handles and write leases
    /// What its open read spans keep.
    std::vector<std::shared_ptr<Block>> snapshots;
  };

  struct WriteCost {
    std::int64_t detaches = 0;
    Index bytes = 0;
  };
  struct ChangedReads {
    std::int64_t reads = 0;
    std::int64_t elements = 0;
  };

  /// Null for arrays that are not followed.
  Array* find(const internal::Node& node);
  /// The leader's, if its value is alive.
  Array* find_value(const internal::Node& node);
  std::shared_ptr<Block> new_block(Index size_bytes);
  void detach(const internal::Node& leader, Array* value, bool is_alone, bool is_childless,
              StackId site);
  /// As `internal::make_elements_distinct`.
  void make_elements_distinct(const internal::Node& node, StackId site);
  /// Children of `node` that only read spans keep in memory; in copy-on-write mode they would not.
  int children_kept_by_spans(const internal::Node& node) const;
  void leave(Array* value);

  absl::flat_hash_map<const internal::Node*, std::unique_ptr<Array>> arrays_;
  std::vector<const internal::Node*> open_spans_;
  absl::flat_hash_map<StackId, WriteCost> writes_;
  absl::flat_hash_map<std::pair<StackId, StackId>, ChangedReads> changed_reads_;
  Memory memory_;      // in copy-on-write mode
  Memory memory_now_;  // as it runs
  std::int64_t refused_writes_ = 0;
  std::int64_t deferred_copies_ = 0;
  Index deferred_bytes_ = 0;
  std::int64_t lease_copies_ = 0;
  Index lease_copy_bytes_ = 0;
};

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_FORECAST_H_

#ifndef COW_DIAGNOSTICS_STACK_H_
#define COW_DIAGNOSTICS_STACK_H_

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/types/span.h"

namespace cow::alsan {

/// The most frames that a captured stack may have.
inline constexpr int kMaxStackDepth = 64;

/// Writes the return addresses of the calling thread, innermost first, to `pcs` and returns how
/// many there are: at least one, the place of this call, unless `pcs` is empty.
/// The walk follows frame pointers (x86-64 and AArch64), some ten ns in all, and ends at
/// the first function built without them, whose caller is then the last frame, or where the
/// chain leaves the thread's own stack: the result may be short, the walk is always safe.
int capture_stack(absl::Span<std::uintptr_t> pcs);

/// Names a stack in a `StackDepot`; 0 is the empty one.
using StackId = std::uint32_t;

/// Keeps each distinct stack once. Thread-safe; stacks stay until the depot goes.
class StackDepot {
 public:
  /// `depth` frames are kept of a captured stack, at least 1 and at most `kMaxStackDepth`.
  explicit StackDepot(int depth);
  StackDepot(const StackDepot&) = delete;
  StackDepot& operator=(const StackDepot&) = delete;

  /// The id of the calling thread's stack, its first frame in the caller.
  StackId capture();

  /// The id of `stack`: the same for equal stacks.
  StackId intern(absl::Span<const std::uintptr_t> stack);

  /// A copy of the stack of an id that this depot gave; empty for any other.
  std::vector<std::uintptr_t> get(StackId id) const;

  /// The number of distinct stacks kept.
  std::size_t size() const;

 private:
  using Stack = absl::Span<const std::uintptr_t>;

  // Lets the set, which holds ids, be searched by content.
  struct Hash {
    using is_transparent = void;
    const StackDepot* depot;
    std::size_t operator()(Stack stack) const;
    std::size_t operator()(StackId id) const { return (*this)(depot->stack(id)); }
  };
  struct Equal {
    using is_transparent = void;
    const StackDepot* depot;
    bool operator()(StackId a, StackId b) const { return a == b; }
    bool operator()(StackId a, Stack b) const { return depot->stack(a) == b; }
  };

  Stack stack(StackId id) const;

  const int depth_;
  mutable std::mutex mutex_;
  // Stack `id` is pcs_[ends_[id - 1] .. ends_[id]).
  std::vector<std::uintptr_t> pcs_;
  std::vector<std::size_t> ends_;
  absl::flat_hash_set<StackId, Hash, Equal> ids_;
};

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_STACK_H_

#ifndef COW_DIAGNOSTICS_KEPT_MEMORY_H_
#define COW_DIAGNOSTICS_KEPT_MEMORY_H_

#include <memory>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "cow/diagnostics/registry.h"

namespace cow::alsan {

/// Large buffers whose base is gone and of which only a small part can still be seen (AS008): at
/// the moment when arrays took the most memory, and at the end. O(large buffers) at each new peak.
class KeptMemory {
 public:
  /// Buffers of fewer bytes are not looked at.
  static constexpr Index kLargeBytes = 1 << 20;
  /// Small: at most this part of the buffer.
  static constexpr Index kSmallPart = 8;

  struct Kept {
    std::shared_ptr<ArrayRecord> view;  // the oldest alive
    Index buffer_bytes;
    Index view_bytes;  // of all arrays alive on it
    bool at_exit;
  };

  void on_allocate(const BufferRecord& buffer);
  void on_free(const BufferRecord& buffer);

  /// What was kept at the peak, then what is kept now and was not then.
  std::vector<Kept> find() const;

 private:
  std::vector<Kept> kept_now(bool at_exit) const;

  absl::flat_hash_set<const BufferRecord*> large_;
  Index live_bytes_ = 0;
  Index peak_bytes_ = 0;
  std::vector<Kept> at_peak_;
};

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_KEPT_MEMORY_H_

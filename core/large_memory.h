#ifndef COW_CORE_LARGE_MEMORY_H_
#define COW_CORE_LARGE_MEMORY_H_

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cow/core/mapping_pool.h"
#include "cow/core/own_pages.h"
#include "cow/core/page_file.h"

namespace cow {

struct CopyCounts;

namespace internal {

/// Whether to copy an array's pages late, by what became of former copies. Guarded by the lock of
/// all large memory.
class CopyHistory {
 public:
  bool recommends_lazy_copy();
  /// Of a lazy copy: few of its pages had to be copied in the end.
  void add_outcome(bool paid_off);

 private:
  int credit_ = 0;
  int declined_ = 0;
};

/// What is done with new memory.
enum class Use {
  kFilledNext,     ///< All of it is written.
  kPerhapsInPart,  ///< Nobody knows.
};

/// Of the large memory in use: a label, perhaps empty, and what it has copied of sealed files.
/// Errors: `std::bad_alloc`.
std::vector<std::pair<std::string, CopyCounts>> pages_detached_now();

/// The memory of one large array. Its address never changes, whatever is done with it.
///
/// Made for lazy copies it is a file of memory that is mapped shared, so that what is written is in
/// the file. The first copy seals the file and maps it privately on both sides: from then on the
/// system gives either side a page of its own when it writes one. Later copies map the file once
/// more, and copy just the pages that their source has of its own. Where the system refuses any of
/// that, `copy` does, before anything has changed; so it does if most of the pages would have to be
/// copied, now or, as former copies show, later: that costs four times as much as to copy all at
/// once into memory that was used before.
///
/// A fork would have both processes write into one file: so before it all are sealed.
///
/// Dropped memory that is in no file with other mappings is kept for new arrays: pages that the
/// system has to find and clear cost several times what it costs to fill them.
class LargeMemory {
 public:
  /// Zeros, or what a former user left. Of the kind that `large_arrays()` says; without a file if
  /// the system has none to give. What is `kFilledNext` takes all pages now: two thirds of the cost
  /// of taking them one by one. Errors: `std::bad_alloc`.
  static std::unique_ptr<LargeMemory> make(std::size_t bytes, Use use = Use::kFilledNext);
  ~LargeMemory();
  LargeMemory(const LargeMemory&) = delete;
  LargeMemory& operator=(const LargeMemory&) = delete;

  std::byte* data() const { return data_; }
  /// Some pages may be those of what this was copied from, or was copied to.
  bool maps_sealed_file() const { return state() == State::kSealed; }

  /// The same bytes; O(pages mapped) at most, and the pages of this memory's own. Null if it is to
  /// be copied at once. May be called by several threads that do not write. Errors:
  /// `std::bad_alloc`.
  std::unique_ptr<LargeMemory> copy();

  /// A quarter of it or more is about to be written, or all of it and nothing of what is there
  /// read: takes pages of its own at once.
  void prepare_bulk_write(bool overwrites_all) noexcept {
    if (maps_sealed_file()) take_own_pages(overwrites_all);
  }

  /// Takes memory for all that is not there yet, so that no write has to. O(pages). Errors:
  /// `std::bad_alloc`; then some may have been taken.
  void reserve();

  /// The pages that are another mapping's too. Errors: `std::bad_alloc`.
  std::vector<PageRun> shared_pages() const;

  /// For `copy_stats`.
  void set_label(std::string_view label);

 private:
  friend class LargeMemoryList;
  friend std::vector<std::pair<std::string, CopyCounts>> pages_detached_now();

  enum class State {
    kNoFile,      // pages of its own, which no other mapping can have
    kWritesFile,  // the only mapping of its file
    kSealed,      // one of several, perhaps, of a file that nobody can write
  };

  LargeMemory(const Mapping& mapping, std::size_t bytes, State state);
  State state() const { return state_.load(std::memory_order_relaxed); }
  bool seal_file() noexcept;
  void take_own_pages(bool overwrites_all) noexcept;
  std::size_t count_own_pages() const noexcept;
  void count_pages(std::size_t own_bytes, bool paid_off) noexcept;
  static CopyCounts page_counts(std::size_t own_bytes);

  std::byte* const data_;
  const std::size_t bytes_;
  const std::size_t mapped_bytes_;  // whole pages
  std::shared_ptr<PageFile> file_;
  std::atomic<State> state_;                  // changed under the lock, also by a thread that forks
  std::shared_ptr<CopyHistory> history_;      // of copies of this memory
  std::shared_ptr<CopyHistory> copied_from_;  // of what this is a copy of
  std::string label_;
  LargeMemory* previous_ = nullptr;
  LargeMemory* next_ = nullptr;
};

}  // namespace internal
}  // namespace cow

#endif  // COW_CORE_LARGE_MEMORY_H_

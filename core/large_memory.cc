#include "cow/core/large_memory.h"

#include <pthread.h>
#include <sanitizer/asan_interface.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>
#include <optional>

#include "cow/core/copy_counts.h"
#include "cow/core/large_arrays.h"
#include "cow/core/node_memory.h"
#include "cow/core/page_size.h"

namespace cow::internal {
namespace {

constexpr int kAccess = PROT_READ | PROT_WRITE;

/// Room for the bytes; and, under AddressSanitizer, for one more, which nobody may touch.
std::size_t mapped_size(std::size_t bytes) {
  return whole_pages(bytes + (reuses_node_memory() ? 0 : 1));
}

std::byte* map(std::size_t bytes, int flags, const PageFile* file) noexcept {
  const int descriptor = file != nullptr ? file->descriptor() : -1;
  void* const data = mmap(nullptr, bytes, kAccess, flags, descriptor, 0);
  return data == MAP_FAILED ? nullptr : static_cast<std::byte*>(data);
}

/// In place of what is mapped at `data`. Past the interceptors of sanitizers: TSan would take it
/// for a write to all of the bytes, which stay what they are.
bool map_again(std::byte* data, std::size_t bytes, int flags, const PageFile& file) noexcept {
  return syscall(SYS_mmap, data, bytes, kAccess, flags | MAP_FIXED, file.descriptor(), 0) ==
         reinterpret_cast<long>(data);
}

}  // namespace

bool CopyHistory::recommends_lazy_copy() {
  constexpr int kTryAgainAfter = 16;
  return credit_ >= 0 || ++declined_ % kTryAgainAfter == 0;
}

void CopyHistory::add_outcome(bool paid_off) {
  // Pages that are copied one by one after all cost what four or five copies at once do, into
  // memory that was used before; what paid off has saved one.
  constexpr int kLoss = 4, kMost = 8;
  credit_ =
      paid_off ? std::min(std::max(credit_, -1) + 1, kMost) : std::max(credit_ - kLoss, -kLoss);
}

/// All large memory of the process that is in use, what is kept for new arrays, and the lock that
/// guards both and all changes of mappings.
class LargeMemoryList {
 public:
  /// Never destroyed: static arrays die late.
  static LargeMemoryList& get() {
    static LargeMemoryList& list = *new LargeMemoryList;
    return list;
  }

  std::mutex& lock() { return lock_; }
  MappingPool& pool() { return pool_; }

  void add(LargeMemory& memory) {
    memory.next_ = first_;
    if (first_ != nullptr) first_->previous_ = &memory;
    first_ = &memory;
  }
  void remove(LargeMemory& memory) {
    if (memory.next_ != nullptr) memory.next_->previous_ = memory.previous_;
    (memory.previous_ != nullptr ? memory.previous_->next_ : first_) = memory.next_;
  }
  template <class Fn>
  void for_each(Fn fn) {
    for (LargeMemory* memory = first_; memory != nullptr; memory = memory->next_) fn(*memory);
  }

 private:
  LargeMemoryList() { pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child); }

  /// Both processes would write into the files that are mapped shared.
  static void before_fork() {
    LargeMemoryList& list = get();
    list.lock_.lock();
    list.for_each([](LargeMemory& memory) {
      if (memory.state() != LargeMemory::State::kWritesFile || memory.seal_file()) return;
      std::fputs("cow_array: no memory to keep the arrays of a forked process apart\n", stderr);
      std::abort();
    });
    list.pool_.before_fork();
  }
  static void after_fork_in_parent() {
    get().pool_.after_fork_in_parent();
    get().lock_.unlock();
  }
  static void after_fork_in_child() {
    get().pool_.after_fork_in_child();
    get().lock_.unlock();
  }

  std::mutex lock_;
  MappingPool pool_;
  LargeMemory* first_ = nullptr;
};

namespace {

using Guard = std::lock_guard<std::mutex>;

std::optional<Mapping> take_kept_mapping(std::size_t bytes, bool with_file) noexcept {
  LargeMemoryList& list = LargeMemoryList::get();
  const Guard guard(list.lock());
  return list.pool().take(bytes, with_file);
}

/// Takes memory for all pages, as a write to each would. False if the system refuses: `errno` is
/// EINVAL if it does not know how.
bool take_pages(std::byte* data, std::size_t bytes) noexcept {
#ifndef MADV_POPULATE_WRITE
  constexpr int MADV_POPULATE_WRITE = 23;
#endif
  int result;
  do {
    result = madvise(data, bytes, MADV_POPULATE_WRITE);
  } while (result != 0 && errno == EINTR);
  return result == 0;
}

/// Pages that nobody used before. Errors: `std::bad_alloc`.
Mapping new_mapping(std::size_t bytes, LargeArrays kind, Use use) {
  Mapping mapping{nullptr, bytes, nullptr};
  if (kind == LargeArrays::kLazyCopies && (mapping.file = PageFile::make(bytes)) != nullptr) {
    mapping.data = map(bytes, MAP_SHARED, mapping.file.get());
    if (mapping.data != nullptr && use == Use::kPerhapsInPart) return mapping;
    if (mapping.data != nullptr && mapping.file->take_pages(bytes)) {
      take_pages(mapping.data, bytes);  // else the file's are found one by one
      return mapping;
    }
    if (mapping.data != nullptr) mapping.unmap();
    mapping.file = nullptr;
  }
  mapping.data = map(bytes, MAP_PRIVATE | MAP_ANONYMOUS, nullptr);
  if (mapping.data == nullptr) throw std::bad_alloc();
  if (kind == LargeArrays::kHugePages) madvise(mapping.data, bytes, MADV_HUGEPAGE);
  return mapping;
}

void release_kept_mappings() noexcept {
  LargeMemoryList& list = LargeMemoryList::get();
  const Guard guard(list.lock());
  list.pool().clear();
}

}  // namespace

std::unique_ptr<LargeMemory> LargeMemory::make(std::size_t bytes, Use use) {
  const LargeArrays kind = large_arrays();
  std::optional<Mapping> mapping =
      take_kept_mapping(mapped_size(bytes), kind == LargeArrays::kLazyCopies);
  if (!mapping) {
    try {
      mapping = new_mapping(mapped_size(bytes), kind, use);
    } catch (const std::bad_alloc&) {
      release_kept_mappings();
      mapping = new_mapping(mapped_size(bytes), kind, use);
    }
  }
  try {
    const State state = mapping->file != nullptr ? State::kWritesFile : State::kNoFile;
    return std::unique_ptr<LargeMemory>(new LargeMemory(*mapping, bytes, state));
  } catch (...) {
    mapping->unmap();
    throw;
  }
}

LargeMemory::LargeMemory(const Mapping& mapping, std::size_t bytes, State state)
    : data_(mapping.data),
      bytes_(bytes),
      mapped_bytes_(mapping.bytes),
      file_(mapping.file),
      state_(state),
      history_(std::make_shared<CopyHistory>()) {
  ASAN_POISON_MEMORY_REGION(data_ + bytes_, mapped_bytes_ - bytes_);
  LargeMemoryList& list = LargeMemoryList::get();
  const Guard guard(list.lock());
  list.add(*this);
}

LargeMemory::~LargeMemory() {
  ASAN_UNPOISON_MEMORY_REGION(data_, mapped_bytes_);
  const std::size_t own_bytes = count_own_pages();
  LargeMemoryList& list = LargeMemoryList::get();
  const Guard guard(list.lock());
  list.remove(*this);
  count_pages(own_bytes, own_bytes < mapped_bytes_ / 4);
  const Mapping mapping{data_, mapped_bytes_, std::move(file_)};
  if (state() == State::kSealed) {
    mapping.unmap();
  } else {
    list.pool().give(mapping);
  }
}

void LargeMemory::count_pages(std::size_t own_bytes, bool paid_off) noexcept {
  if (copied_from_ != nullptr) {
    copied_from_->add_outcome(paid_off);
    copied_from_ = nullptr;
  }
  if (own_bytes > 0) count_copies(label_, page_counts(own_bytes));
}

CopyCounts LargeMemory::page_counts(std::size_t own_bytes) {
  CopyCounts counts;
  counts.pages_detached = static_cast<Index>(own_bytes / page_size());
  counts.bytes_detached = static_cast<Index>(own_bytes);
  return counts;
}

std::size_t LargeMemory::count_own_pages() const noexcept {
  if (state() != State::kSealed) return 0;
  try {
    std::vector<PageRun> runs;
    return find_own_pages(data_, mapped_bytes_, &runs) ? bytes_of(runs) : 0;
  } catch (const std::bad_alloc&) {
    return 0;
  }
}

bool LargeMemory::seal_file() noexcept {
  // The pages stay in the file: what others read here does not change while they are mapped again.
  if (!map_again(data_, mapped_bytes_, MAP_PRIVATE | MAP_NORESERVE, *file_)) return false;
  if (file_->seal()) {
    state_.store(State::kSealed, std::memory_order_relaxed);
  } else {
    // The kernel itself still writes there, say: a read that it was asked for and has not finished.
    file_ = nullptr;
    state_.store(State::kNoFile, std::memory_order_relaxed);
  }
  return true;
}

std::unique_ptr<LargeMemory> LargeMemory::copy() {
  if (large_arrays() != LargeArrays::kLazyCopies) return nullptr;
  {
    const Guard guard(LargeMemoryList::get().lock());
    if (state() == State::kNoFile || !history_->recommends_lazy_copy()) return nullptr;
    if (state() == State::kWritesFile) seal_file();
    if (state() != State::kSealed) return nullptr;
  }
  std::vector<PageRun> own;
  if (!find_own_pages(data_, mapped_bytes_, &own)) return nullptr;
  if (bytes_of(own) > mapped_bytes_ / 2) return nullptr;
  const Mapping mapping{map(mapped_bytes_, MAP_PRIVATE | MAP_NORESERVE, file_.get()), mapped_bytes_,
                        file_};
  if (mapping.data == nullptr) return nullptr;
  std::unique_ptr<LargeMemory> made;
  try {
    made.reset(new LargeMemory(mapping, bytes_, State::kSealed));
  } catch (...) {
    mapping.unmap();
    throw;
  }
  for (const PageRun& run : own) {
    const std::size_t begin = static_cast<std::size_t>(run.begin - data_);
    if (begin >= bytes_) break;
    std::memcpy(made->data_ + begin, run.begin, std::min(run.size, bytes_ - begin));
  }
  const Guard guard(LargeMemoryList::get().lock());
  made->copied_from_ = history_;
  made->label_ = label_;
  return made;
}

void LargeMemory::take_own_pages(bool overwrites_all) noexcept {
  std::optional<Mapping> taken = take_kept_mapping(mapped_bytes_, true);
  try {
    if (!taken) taken = new_mapping(mapped_bytes_, LargeArrays::kLazyCopies, Use::kFilledNext);
  } catch (const std::bad_alloc&) {
    return;  // then page by page
  }
  if (!overwrites_all) std::memcpy(taken->data, data_, bytes_);
  const std::size_t own_bytes = count_own_pages();
  LargeMemoryList& list = LargeMemoryList::get();
  const Guard guard(list.lock());
  const void* const moved =
      mremap(taken->data, taken->bytes, mapped_bytes_, MREMAP_MAYMOVE | MREMAP_FIXED, data_);
  if (moved == MAP_FAILED) return list.pool().give(*taken);
  count_pages(overwrites_all ? own_bytes : mapped_bytes_, overwrites_all);
  file_ = taken->file;
  state_.store(file_ != nullptr ? State::kWritesFile : State::kNoFile, std::memory_order_relaxed);
}

void LargeMemory::reserve() {
  if (take_pages(data_, mapped_bytes_)) return;
  if (errno != EINVAL) throw std::bad_alloc();
  // A kernel before 5.14. Each page is written with what is there, which others may be reading.
  for (std::size_t at = 0; at < bytes_; at += page_size()) {
    auto& byte = reinterpret_cast<unsigned char&>(data_[at]);
    std::atomic_ref<unsigned char>(byte).fetch_or(0, std::memory_order_relaxed);
  }
}

std::vector<PageRun> LargeMemory::shared_pages() const {
  std::vector<PageRun> shared, own;
  if (state() != State::kSealed || file_.use_count() == 1) return shared;
  if (!find_own_pages(data_, mapped_bytes_, &own)) own.clear();
  std::byte* begin = data_;
  for (const PageRun& run : own) {
    if (run.begin > begin) shared.push_back({begin, static_cast<std::size_t>(run.begin - begin)});
    begin = run.begin + run.size;
  }
  std::byte* const end = data_ + mapped_bytes_;
  if (end > begin) shared.push_back({begin, static_cast<std::size_t>(end - begin)});
  return shared;
}

void LargeMemory::set_label(std::string_view label) {
  std::string text(label);
  const Guard guard(LargeMemoryList::get().lock());
  label_ = std::move(text);
}

std::vector<std::pair<std::string, CopyCounts>> pages_detached_now() {
  std::vector<std::pair<std::string, CopyCounts>> all;
  LargeMemoryList& list = LargeMemoryList::get();
  const Guard guard(list.lock());
  list.for_each([&](const LargeMemory& memory) {
    const std::size_t own_bytes = memory.count_own_pages();
    if (own_bytes > 0) all.emplace_back(memory.label_, LargeMemory::page_counts(own_bytes));
  });
  return all;
}

}  // namespace cow::internal

namespace cow {

void release_recycled_memory() { internal::release_kept_mappings(); }

}  // namespace cow

#include "cow/diagnostics/raw/raw_watch.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "cow/core/buffer.h"
#include "cow/core/overlap.h"
#include "cow/diagnostics/raw/page_guard.h"
#include "cow/diagnostics/raw/page_probe.h"
#include "cow/diagnostics/raw/store_trace.h"

namespace cow::alsan {
namespace {

/// Buffers that are protected or probed, each of which may be two mappings of the 65,530 that a
/// process may have.
constexpr std::size_t kMostMapped = 1 << 14;

/// Spans that a buffer remembers.
constexpr std::size_t kMostLends = 16;

/// From the first byte that `access` may write to the last.
ByteSpan range_of(const internal::Access& access) {
  const Index itemsize = access.node.itemsize();
  if (access.is_scattered) {
    if (access.displacements.empty()) return {};
    const auto [first, last] = std::ranges::minmax(access.displacements);
    return {access.address + first, access.address + last + itemsize};
  }
  if (access.layout.empty()) return {};
  const ByteRange range = access.layout.byte_range(itemsize);
  const Index offset = access.layout.offset();
  return {access.address + range.begin - offset, access.address + range.end - offset};
}

}  // namespace

bool Lend::index_of(const std::byte* element, Dims* index) const {
  const StridedMemory elements{reinterpret_cast<Index>(address), layout.shape(), layout.strides(),
                               array->itemsize()};
  const StridedMemory one{reinterpret_cast<Index>(element), {}, {}, array->itemsize()};
  OverlapResult found = find_overlap(elements, one);
  *index = std::move(found.index_a);
  return found.verdict == Verdict::kYes;
}

std::string RawWatch::start() {
  std::string name, trouble;
  switch (how_) {
    case RawWrites::kOff:
      return "";
    case RawWrites::kProtect:
      name = "protect";
      trouble = start_page_guard();
      break;
    case RawWrites::kTrace:
      name = "trace";
      trouble = start_store_trace();
      break;
    case RawWrites::kProbe:
      name = "probe";
      trouble = start_page_probe();
      break;
  }
  if (!trouble.empty()) {
    return absl::StrCat("raw_writes=", name, " cannot run: ", trouble,
                        "; writes through stale pointers are found by comparison");
  }
  probes_ = how_ != RawWrites::kProtect && start_page_probe().empty();
  internal::give_observed_buffers_whole_pages();
  is_on_ = true;
  return "";
}

std::string RawWatch::means() const {
  if (!is_on_) return "comparison";
  if (how_ == RawWrites::kProtect) return "read-only pages";
  const char* const others = probes_ ? "the kernel's account of written pages" : "comparison";
  return how_ == RawWrites::kTrace ? absl::StrCat("store hooks, and ", others) : others;
}

WatchedMemory* RawWatch::find(const BufferRecord& buffer) const {
  if (watched_.empty() || buffer.is_foreign) return nullptr;
  return find_watched(buffer.memory);
}

WatchedMemory* RawWatch::find_probed(const BufferRecord& buffer) const {
  WatchedMemory* const memory = find(buffer);
  return memory != nullptr && watched_.find(memory)->second.is_probed ? memory : nullptr;
}

const Lend* RawWatch::last_lend(const BufferRecord& buffer) const {
  WatchedMemory* const memory = find(buffer);
  return memory == nullptr ? nullptr : &watched_.find(memory)->second.lends.back();
}

bool RawWatch::sees_all(const BufferRecord& buffer) const {
  return how_ == RawWrites::kProtect && find(buffer) != nullptr;
}

void RawWatch::lend(const BufferRecord& buffer, const internal::Access& access,
                    std::shared_ptr<ArrayRecord> array, StackId site) {
  if (!is_on_ || buffer.is_foreign || buffer.size_bytes == 0) return;
  WatchedMemory* memory = find(buffer);
  if (memory == nullptr) {
    const bool is_mapped = watched_.size() < kMostMapped;
    if (how_ == RawWrites::kProtect && !is_mapped) return;
    memory = watch_memory(buffer.memory, static_cast<std::size_t>(buffer.size_bytes),
                          static_cast<std::size_t>(buffer.itemsize()));
    if (memory == nullptr) return;
    watched_[memory] = {&buffer, {}, probes_ && is_mapped && probe_pages(*memory)};
    if (how_ == RawWrites::kProtect) protect_pages(*memory, memory->pages());
  }
  std::vector<Lend>& lends = watched_[memory].lends;
  // A span in a loop is one.
  std::erase_if(lends, [&](const Lend& lend) { return lend.site == site && lend.array == array; });
  if (lends.size() == kMostLends) lends.erase(lends.begin());
  lends.push_back({std::move(array), access.address, access.layout, site});
}

void RawWatch::begin_write(const BufferRecord& buffer, const internal::Access& access) {
  WatchedMemory* const memory = find(buffer);
  if (memory == nullptr) return;
  const ByteSpan range = range_of(access);
  memory->open_range(range);
  if (how_ == RawWrites::kProtect) open_pages(*memory, range);
}

void RawWatch::end_write(const BufferRecord& buffer, const internal::Access& access) {
  WatchedMemory* const memory = find(buffer);
  if (memory == nullptr) return;
  const ByteSpan range = range_of(access);
  memory->close_range(range);
  const bool protects = how_ == RawWrites::kProtect;
  if (range.size() > 0 && (protects || probes_)) memory->touch(range);
  if (protects && !memory->is_open()) protect_pages(*memory, memory->take_touched());
}

std::optional<std::vector<ByteSpan>> RawWatch::take_written(const BufferRecord& buffer,
                                                            const internal::Access& access) {
  WatchedMemory* const memory = find_probed(buffer);
  if (memory == nullptr) return std::nullopt;
  if (memory->is_open()) return std::vector<ByteSpan>();
  const ByteSpan range = range_of(access);
  if (range.size() == 0) return std::vector<ByteSpan>();
  return cow::alsan::take_written(*memory, range);
}

std::vector<ByteSpan> RawWatch::take_written_by_arrays(const BufferRecord& buffer) {
  WatchedMemory* const memory = find_probed(buffer);
  if (memory == nullptr || memory->is_open()) return {};
  return cow::alsan::take_written(*memory, memory->take_touched())
      .value_or(std::vector<ByteSpan>());
}

void RawWatch::forget(const BufferRecord& buffer) {
  WatchedMemory* const memory = find(buffer);
  if (memory == nullptr) return;
  if (how_ == RawWrites::kProtect) open_pages(*memory, memory->pages());
  if (watched_.find(memory)->second.is_probed) stop_probing(*memory);
  watched_.erase(memory);
  unwatch_memory(memory);
}

void RawWatch::take_news(absl::FunctionRef<void(const News&)> fn,
                         absl::FunctionRef<void(const BufferRecord&, ByteSpan)> touched) {
  std::vector<WatchedMemory*> memories;
  raw_write_ring().drain([&](const RawWrite& write) {
    const auto found = watched_.find(write.memory);
    // Its memory was freed meanwhile.
    if (found == watched_.end() || found->second.lends.empty()) return;
    if (!found->first->pages().contains(write.address)) return;
    if (std::ranges::find(memories, write.memory) == memories.end()) {
      memories.push_back(write.memory);
    }
    const std::vector<Lend>& lends = found->second.lends;
    Dims index;
    const auto lend = std::find_if(lends.rbegin(), lends.rend(), [&](const Lend& candidate) {
      return candidate.index_of(write.address, &index);
    });
    fn({write, *found->second.buffer, lend == lends.rend() ? lends.back() : *lend});
  });
  for (WatchedMemory* memory : memories) {
    if (memory->is_open() && how_ == RawWrites::kProtect) continue;  // protected at the end of that
    const ByteSpan range = memory->take_touched();
    const Watched& watched = watched_.find(memory)->second;
    touched(*watched.buffer, range);
    if (watched.is_probed && memory->is_open()) memory->touch(range);  // for the end of that
    if (watched.is_probed && !memory->is_open()) cow::alsan::take_written(*memory, range);
    if (how_ == RawWrites::kProtect) protect_pages(*memory, range);
  }
}

}  // namespace cow::alsan

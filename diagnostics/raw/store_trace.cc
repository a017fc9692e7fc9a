#include "cow/diagnostics/raw/store_trace.h"

#include <sys/mman.h>

#include <algorithm>

#include "cow/diagnostics/raw/raw_write.h"
#include "cow/diagnostics/raw/store_probe.h"
#include "cow/diagnostics/raw/watched_memory.h"
#include "cow/diagnostics/stack.h"

namespace cow::alsan {
namespace {

constinit std::atomic<bool> is_tracing{false};

/// What this thread pushed last.
struct LastStore {
  std::uintptr_t return_address;
  WatchedMemory* memory;
  std::uint64_t drained;
  friend bool operator==(const LastStore&, const LastStore&) = default;
};
constinit thread_local LastStore last_store = {};

/// Stores to a watched page of its own.
std::string try_it() {
  void* const mapped =
      mmap(nullptr, page_bytes(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return "there is no memory to try it";
  auto* const page = static_cast<std::byte*>(mapped);
  std::string trouble = "the program was built without --config=alias-stores";
  if (WatchedMemory* watched = watch_memory(page, page_bytes(), 1)) {
    probe_store(page);
    raw_write_ring().drain([&](const RawWrite& write) {
      if (write.address == page) trouble.clear();
    });
    unwatch_memory(watched);
  }
  munmap(mapped, page_bytes());
  return trouble;
}

}  // namespace

std::string start_store_trace() {
  static const std::string trouble = [] {
    is_tracing = true;
    std::string found = try_it();
    is_tracing = found.empty();
    return found;
  }();
  return trouble;
}

void trace_store(std::uintptr_t address, std::size_t size_bytes, std::uintptr_t return_address) {
  if (!is_tracing.load(std::memory_order_relaxed)) return;
  auto* const begin = reinterpret_cast<std::byte*>(address);
  WatchedMemory* const memory = find_watched(begin);
  if (memory == nullptr || memory->may_write(begin)) return;
  memory->touch({begin, begin + size_bytes});
  const LastStore now{return_address, memory, raw_write_ring().drained()};
  if (now == last_store) return;
  last_store = now;
  std::uintptr_t pcs[RawWrite::kStackDepth];
  const int depth = capture_stack(pcs);
  // Without frame pointers the walk may have missed the place of the store.
  std::uintptr_t* const end = pcs + depth;
  std::uintptr_t* first = std::find(pcs, end, return_address);
  if (first == end) {
    pcs[0] = return_address;
    first = pcs;
    push_raw_write(*memory, begin, absl::MakeConstSpan(first, 1));
    return;
  }
  push_raw_write(*memory, begin, absl::MakeConstSpan(first, static_cast<std::size_t>(end - first)));
}

}  // namespace cow::alsan

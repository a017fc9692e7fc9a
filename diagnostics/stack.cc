#include "cow/diagnostics/stack.h"

#include <pthread.h>

#include <algorithm>

#include "absl/hash/hash.h"

namespace cow::alsan {
namespace {

struct StackBounds {
  std::uintptr_t begin;
  std::uintptr_t end;  // 0 until looked up
};

constinit thread_local StackBounds stack_bounds = {0, 0};

// Reads /proc/self/maps on the main thread, hence the cache.
__attribute__((noinline)) void find_stack_bounds() {
  // No frame is in here, should the system not tell.
  stack_bounds = {1, 1};
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return;
  void* lowest = nullptr;
  std::size_t size_bytes = 0;
  if (pthread_attr_getstack(&attributes, &lowest, &size_bytes) == 0) {
    const auto begin = reinterpret_cast<std::uintptr_t>(lowest);
    stack_bounds = {begin, begin + size_bytes};
  }
  pthread_attr_destroy(&attributes);
}

#if defined(__aarch64__)
// Removes a pointer authentication code; XPACLRI does nothing on processors without them.
inline std::uintptr_t strip_signature(std::uintptr_t pc) {
  register std::uintptr_t x30 __asm__("x30") = pc;
  __asm__("hint #7" : "+r"(x30));
  return x30;
}
#else
inline std::uintptr_t strip_signature(std::uintptr_t pc) { return pc; }
#endif

// Follows the frames from that of the calling function, which returns to `return_address`. Inlined,
// so that this frame is alive, and not instrumented: where a function keeps something else in the
// frame pointer register, the walk may read a red zone of the stack before it notices. Asking for
// its frame address gives the calling function a frame pointer in any build.
__attribute__((always_inline, no_sanitize("address"), no_sanitize("thread"),
               no_sanitize("undefined"))) inline int
walk(std::uintptr_t return_address, std::uintptr_t frame, std::uintptr_t* out, int size) {
  if (size == 0) return 0;
  out[0] = strip_signature(return_address);
  int count = 1;
#if defined(__x86_64__) || defined(__aarch64__)
  // A frame is two words: the caller's frame, then the return address into the caller.
  constexpr std::uintptr_t kWordBytes = sizeof(std::uintptr_t);
  if (stack_bounds.end == 0) find_stack_bounds();
  const StackBounds bounds = stack_bounds;
  // On a fiber or a signal stack nothing says how far the stack reaches.
  if (frame < bounds.begin || frame >= bounds.end) return count;
  while (count < size) {
    const std::uintptr_t next = *reinterpret_cast<const std::uintptr_t*>(frame);
    const bool is_frame = next > frame && next < bounds.end &&
                          bounds.end - next >= 2 * kWordBytes && next % kWordBytes == 0;
    if (!is_frame) break;
    const std::uintptr_t pc = strip_signature(reinterpret_cast<const std::uintptr_t*>(next)[1]);
    // No code lies in the first page.
    if (pc < 4096) break;
    out[count++] = pc;
    frame = next;
  }
#endif
  return count;
}

}  // namespace

__attribute__((noinline, no_sanitize("address"), no_sanitize("thread"),
               no_sanitize("undefined"))) int
capture_stack(absl::Span<std::uintptr_t> pcs) {
  return walk(reinterpret_cast<std::uintptr_t>(__builtin_return_address(0)),
              reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)), pcs.data(),
              static_cast<int>(pcs.size()));
}

std::size_t StackDepot::Hash::operator()(Stack stack) const { return absl::HashOf(stack); }

StackDepot::StackDepot(int depth)
    : depth_(std::clamp(depth, 1, kMaxStackDepth)), ids_(0, Hash{this}, Equal{this}) {}

// Walks by itself, so that even without frame pointers the caller is found.
__attribute__((noinline, no_sanitize("address"), no_sanitize("thread"), no_sanitize("undefined")))
StackId
StackDepot::capture() {
  std::uintptr_t pcs[kMaxStackDepth];
  const int count = walk(reinterpret_cast<std::uintptr_t>(__builtin_return_address(0)),
                         reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)), pcs, depth_);
  return intern(absl::MakeConstSpan(pcs, count));
}

StackId StackDepot::intern(absl::Span<const std::uintptr_t> stack) {
  if (stack.empty()) return 0;
  const std::lock_guard lock(mutex_);
  if (const auto found = ids_.find(stack); found != ids_.end()) return *found;
  pcs_.insert(pcs_.end(), stack.begin(), stack.end());
  ends_.push_back(pcs_.size());
  const auto id = static_cast<StackId>(ends_.size());
  ids_.insert(id);
  return id;
}

std::vector<std::uintptr_t> StackDepot::get(StackId id) const {
  const std::lock_guard lock(mutex_);
  const Stack found = stack(id);
  return {found.begin(), found.end()};
}

std::size_t StackDepot::size() const {
  const std::lock_guard lock(mutex_);
  return ends_.size();
}

StackDepot::Stack StackDepot::stack(StackId id) const {
  if (id == 0 || id > ends_.size()) return {};
  const std::size_t begin = id == 1 ? 0 : ends_[id - 2];
  return Stack(pcs_).subspan(begin, ends_[id - 1] - begin);
}

}  // namespace cow::alsan

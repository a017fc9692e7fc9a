#include "cow/diagnostics/raw/page_guard.h"

#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unwind.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include "cow/diagnostics/raw/raw_write.h"

namespace cow::alsan {
namespace {

// The handler before ours.
struct sigaction former = {};

std::uintptr_t program_counter(const ucontext_t& context) {
#if defined(__x86_64__)
  return static_cast<std::uintptr_t>(context.uc_mcontext.gregs[REG_RIP]);
#elif defined(__aarch64__)
  return context.uc_mcontext.pc;
#else
  static_cast<void>(context);
  return 0;
#endif
}

/// Where the processor does not tell, a fault on a page that can be read counts as a write.
bool is_write(const ucontext_t& context) {
#if defined(__x86_64__)
  constexpr greg_t kWriteBit = 2;
  return (context.uc_mcontext.gregs[REG_ERR] & kWriteBit) != 0;
#else
  static_cast<void>(context);
  return true;
#endif
}

struct FaultStack {
  std::uintptr_t faulting_pc;
  bool is_at_fault = false;
  std::size_t depth = 0;
  std::array<std::uintptr_t, RawWrite::kStackDepth> pcs;
};

_Unwind_Reason_Code add_frame(_Unwind_Context* frame, void* argument) {
  auto& stack = *static_cast<FaultStack*>(argument);
  const std::uintptr_t pc = _Unwind_GetIP(frame);
  if (!stack.is_at_fault) {
    // Frames of the handler, and of a sanitizer that called it, come first.
    stack.is_at_fault = pc == stack.faulting_pc;
    return _URC_NO_REASON;
  }
  if (pc == 0 || stack.depth == stack.pcs.size()) return _URC_END_OF_STACK;
  stack.pcs[stack.depth++] = pc;
  return _URC_NO_REASON;
}

/// By unwind tables, not frame pointers: writes are often made by memcpy and the like, which have
/// none, and the line that matters is their caller's. The unwinder takes no lock (_dl_find_object).
FaultStack stack_of_fault(const ucontext_t& context) {
  FaultStack stack{program_counter(context), false, 0, {}};
  if (stack.faulting_pc == 0) return stack;
  stack.pcs[stack.depth++] = stack.faulting_pc + 1;
  _Unwind_Backtrace(add_frame, &stack);
  return stack;
}

ByteSpan whole_pages(const WatchedMemory& watched, ByteSpan range) {
  const ByteSpan all = watched.pages();
  const auto clamped = [&](const std::byte* address) {
    return static_cast<std::size_t>(std::clamp<const std::byte*>(address, all.begin, all.end) -
                                    all.begin);
  };
  const std::size_t page = page_bytes();
  return {all.begin + clamped(range.begin) / page * page,
          all.begin + (clamped(range.end) + page - 1) / page * page};
}

bool set_protection(ByteSpan pages, int protection) {
  if (pages.begin >= pages.end) return true;
  return mprotect(pages.begin, pages.size(), protection) == 0;
}

/// False if it is not ours.
bool handle_fault(const siginfo_t& info, const ucontext_t& context) {
  if (info.si_code != SEGV_ACCERR || !is_write(context)) return false;
  auto* const address = static_cast<std::byte*>(info.si_addr);
  WatchedMemory* const watched = find_watched(address);
  if (watched == nullptr) return false;
  const ByteSpan page = whole_pages(*watched, {address, address + 1});
  open_pages(*watched, page);
  // A span may have been opened since.
  if (watched->may_write(address)) return true;
  watched->touch(page);
  const FaultStack stack = stack_of_fault(context);
  push_raw_write(*watched, address, absl::MakeConstSpan(stack.pcs.data(), stack.depth));
  return true;
}

void call_former(int signal, siginfo_t* info, void* context) {
  const struct sigaction handler = former;
  if ((handler.sa_flags & SA_RESETHAND) != 0) {
    former.sa_flags = 0;
    former.sa_handler = SIG_DFL;
  }
  if ((handler.sa_flags & SA_SIGINFO) != 0) return handler.sa_sigaction(signal, info, context);
  const bool was_sent = info->si_code <= 0;  // by kill(2) and its like; else the processor's
  if (handler.sa_handler == SIG_IGN && was_sent) return;
  if (handler.sa_handler != SIG_IGN && handler.sa_handler != SIG_DFL) {
    return handler.sa_handler(signal);
  }
  // Without a handler the instruction faults again, and ends the process as it should.
  struct sigaction none = {};
  none.sa_handler = SIG_DFL;
  sigaction(SIGSEGV, &none, nullptr);
  if (was_sent) raise(signal);
}

void on_signal(int signal, siginfo_t* info, void* context) {
  const int saved_errno = errno;
  const bool is_ours = handle_fault(*info, *static_cast<const ucontext_t*>(context));
  errno = saved_errno;
  if (!is_ours) call_former(signal, info, context);
}

/// Runs as the former where it is not our fault: on the same stack, with the same mask.
std::string install_handler() {
  if (sigaction(SIGSEGV, nullptr, &former) != 0) return "the handler of SIGSEGV cannot be read";
  struct sigaction ours = former;
  ours.sa_sigaction = on_signal;
  ours.sa_flags = (former.sa_flags & ~SA_RESETHAND) | SA_SIGINFO;
  struct sigaction now = {};
  if (sigaction(SIGSEGV, &ours, nullptr) != 0 || sigaction(SIGSEGV, nullptr, &now) != 0 ||
      now.sa_sigaction != on_signal) {
    return "no handler of SIGSEGV can be installed";
  }
  return "";
}

/// Writes to a protected page of its own.
std::string try_it() {
  void* const mapped =
      mmap(nullptr, page_bytes(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return "there is no memory to try it";
  auto* const page = static_cast<std::byte*>(mapped);
  std::string trouble = "a write to a protected page was not trapped";
  if (WatchedMemory* watched = watch_memory(page, page_bytes(), 1)) {
    protect_pages(*watched, watched->pages());
    *static_cast<volatile std::byte*>(page) = std::byte{1};
    raw_write_ring().drain([&](const RawWrite& write) {
      if (write.address == page) trouble.clear();
    });
    unwatch_memory(watched);
  }
  munmap(mapped, page_bytes());
  return trouble;
}

}  // namespace

std::string start_page_guard() {
  static const std::string trouble = [] {
    std::string found = install_handler();
    if (found.empty()) found = try_it();
    return found;
  }();
  return trouble;
}

void protect_pages(const WatchedMemory& watched, ByteSpan range) {
  set_protection(whole_pages(watched, range), PROT_READ);
}

void open_pages(const WatchedMemory& watched, ByteSpan range) {
  if (set_protection(whole_pages(watched, range), PROT_READ | PROT_WRITE)) return;
  set_protection(watched.pages(), PROT_READ | PROT_WRITE);
}

}  // namespace cow::alsan

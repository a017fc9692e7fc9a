#include "cow/diagnostics/raw/page_guard.h"

#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>
#include <unwind.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <mutex>

#include "cow/diagnostics/raw/raw_write.h"

namespace cow::alsan {
namespace {

constinit std::size_t page_bytes = 0;  // 0: not started
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

struct Unwinding {
  std::uintptr_t faulting_pc;
  bool is_at_fault;
  RawWrite* write;
};

_Unwind_Reason_Code add_frame(_Unwind_Context* frame, void* argument) {
  auto& unwinding = *static_cast<Unwinding*>(argument);
  RawWrite& write = *unwinding.write;
  const std::uintptr_t pc = _Unwind_GetIP(frame);
  if (!unwinding.is_at_fault) {
    // Frames of the handler, and of a sanitizer that called it, come first.
    unwinding.is_at_fault = pc == unwinding.faulting_pc;
    return _URC_NO_REASON;
  }
  if (pc == 0 || write.depth == kRawStackDepth) return _URC_END_OF_STACK;
  write.pcs[static_cast<std::size_t>(write.depth++)] = pc;
  return _URC_NO_REASON;
}

/// By unwind tables, not frame pointers: writes are often made by memcpy and the like, which have
/// none, and the line that matters is their caller's. The unwinder takes no lock (_dl_find_object).
void capture_fault(const ucontext_t& context, RawWrite* write) {
  Unwinding unwinding{program_counter(context), false, write};
  if (unwinding.faulting_pc == 0) return;
  write->pcs[write->depth++] = unwinding.faulting_pc + 1;
  _Unwind_Backtrace(add_frame, &unwinding);
}

WatchedMemory::PageRange pages_of(const WatchedMemory& watched, ByteSpan range) {
  const ByteSpan all = watched.pages();
  const auto offset = [&](const std::byte* address) {
    return static_cast<std::size_t>(std::clamp<const std::byte*>(address, all.begin, all.end) -
                                    all.begin);
  };
  return {static_cast<std::uint32_t>(offset(range.begin) / page_bytes),
          static_cast<std::uint32_t>((offset(range.end) + page_bytes - 1) / page_bytes)};
}

bool set_protection(const WatchedMemory& watched, WatchedMemory::PageRange range, int protection) {
  if (range.first >= range.last) return true;
  return mprotect(watched.pages().begin + range.first * page_bytes,
                  (range.last - range.first) * page_bytes, protection) == 0;
}

/// The system allows some 65,000 mappings; a buffer that is one needs no further.
bool make_writeable(WatchedMemory& watched, WatchedMemory::PageRange range) {
  if (!set_protection(watched, range, PROT_READ | PROT_WRITE)) {
    range = pages_of(watched, watched.pages());
    if (!set_protection(watched, range, PROT_READ | PROT_WRITE)) return false;
  }
  // Only now: whoever protects again in between would do so before we open.
  watched.add_writeable(range);
  return true;
}

/// False if it is not ours.
bool handle_fault(const siginfo_t& info, const ucontext_t& context) {
  if (info.si_code != SEGV_ACCERR || !is_write(context)) return false;
  auto* const address = static_cast<std::byte*>(info.si_addr);
  WatchedMemory* const watched = find_watched(address);
  if (watched == nullptr) return false;
  const ByteSpan written{address, address + 1};
  // The write may cover several bytes, all on this page: the processor faults on one at a time.
  if (!make_writeable(*watched, pages_of(*watched, written))) return false;
  if (watched->owner_of(written) != 0) return true;
  RawWrite write;
  write.memory = watched->bytes().begin;
  write.address = address;
  write.tier = RawWriteTier::kPageGuard;
  capture_fault(context, &write);
  raw_write_ring().push(write);
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

/// Runs as before where it is not our fault: on the same stack, with the same mask.
std::string install_handler() {
  if (sigaction(SIGSEGV, nullptr, &former) != 0) return "the handler of SIGSEGV cannot be read";
  struct sigaction ours = former;
  ours.sa_sigaction = on_signal;
  ours.sa_flags = (former.sa_flags & ~SA_RESETHAND) | SA_SIGINFO;
  if (sigaction(SIGSEGV, &ours, nullptr) != 0) return "a handler of SIGSEGV cannot be installed";
  return page_guard_trouble();
}

/// Writes to a protected page of its own.
std::string try_it() {
  void* const mapped =
      mmap(nullptr, page_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return "no memory to try it";
  auto* const page = static_cast<std::byte*>(mapped);
  std::string trouble = "a write to a protected page was not trapped";
  if (WatchedMemory* watched = watch_memory(page, page_bytes, 1)) {
    protect_pages(*watched);
    *static_cast<volatile std::byte*>(page) = std::byte{1};
    raw_write_ring().drain([&](const RawWrite& write) {
      if (write.address == page) trouble.clear();
    });
    unwatch_memory(watched);
  }
  munmap(mapped, page_bytes);
  return trouble;
}

}  // namespace

std::string page_guard_trouble() {
  struct sigaction now = {};
  sigaction(SIGSEGV, nullptr, &now);
  if ((now.sa_flags & SA_SIGINFO) != 0 && now.sa_sigaction == on_signal) return "";
  return "the handler of SIGSEGV belongs to somebody else";
}

std::string start_page_guard() {
  static const std::string trouble = [] {
    page_bytes = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    std::string found = install_handler();
    if (found.empty()) found = try_it();
    return found;
  }();
  return trouble;
}

void protect_pages(WatchedMemory& watched) {
  set_protection(watched, pages_of(watched, watched.pages()), PROT_READ);
}

void open_pages(WatchedMemory& watched, ByteSpan range) {
  make_writeable(watched, pages_of(watched, range));
}

void protect_pages_again(WatchedMemory& watched) {
  if (!watched.is_open()) set_protection(watched, watched.take_writeable(), PROT_READ);
}

void release_pages(WatchedMemory& watched) {
  set_protection(watched, pages_of(watched, watched.pages()), PROT_READ | PROT_WRITE);
}

}  // namespace cow::alsan

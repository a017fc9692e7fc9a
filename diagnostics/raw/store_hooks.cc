// What the compiler calls before each store, in code built with --config=alias-stores: the outline
// checks of the kernel's AddressSanitizer, whose runtime a program brings along itself. Must not be
// built that way, nor linked together with a sanitizer's runtime.

#include <cstddef>
#include <cstdint>

#include "cow/diagnostics/raw/store_trace.h"
#include "cow/diagnostics/raw/watched_memory.h"

namespace {

/// Most stores go elsewhere: two loads and a comparison for them. Builtins, not `std::atomic`,
/// whose functions may be linked from code that has hooks.
__attribute__((always_inline)) inline void on_store(std::uintptr_t address, std::size_t size_bytes,
                                                    void* return_address) {
  using cow::alsan::raw_internal::hull_begin, cow::alsan::raw_internal::hull_bytes;
  const std::uintptr_t begin = __atomic_load_n(&hull_begin, __ATOMIC_ACQUIRE);
  if (address - begin >= __atomic_load_n(&hull_bytes, __ATOMIC_ACQUIRE)) [[likely]] {
    return;
  }
  cow::alsan::trace_store(address, size_bytes, reinterpret_cast<std::uintptr_t>(return_address));
}

}  // namespace

extern "C" {

void __asan_store1_noabort(std::uintptr_t address) {
  on_store(address, 1, __builtin_return_address(0));
}
void __asan_store2_noabort(std::uintptr_t address) {
  on_store(address, 2, __builtin_return_address(0));
}
void __asan_store4_noabort(std::uintptr_t address) {
  on_store(address, 4, __builtin_return_address(0));
}
void __asan_store8_noabort(std::uintptr_t address) {
  on_store(address, 8, __builtin_return_address(0));
}
void __asan_store16_noabort(std::uintptr_t address) {
  on_store(address, 16, __builtin_return_address(0));
}
void __asan_storeN_noabort(std::uintptr_t address, std::size_t size_bytes) {
  on_store(address, size_bytes, __builtin_return_address(0));
}

// What compilers and headers call besides: nothing of it matters here.
void __asan_loadN_noabort(std::uintptr_t, std::size_t) {}
void __asan_handle_no_return() {}
void __asan_before_dynamic_init(const char*) {}
void __asan_after_dynamic_init() {}
void __asan_poison_memory_region(const volatile void*, std::size_t) {}
void __asan_unpoison_memory_region(const volatile void*, std::size_t) {}
void __sanitizer_annotate_contiguous_container(const void*, const void*, const void*, const void*) {
}

}  // extern "C"

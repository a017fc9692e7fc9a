// What other sanitizers' runtimes, where they are linked, call at each report: AliasSanitizer says
// which arrays the address belongs to. A program that defines these functions itself must not link
// this.

#include <cstddef>
#include <string>

#include "cow/diagnostics/alias_sanitizer.h"

// Of the runtimes; null where they are not linked.
extern "C" {
__attribute__((weak)) void* __asan_get_report_address();
__attribute__((weak)) int __tsan_get_report_data(void* report, const char** description, int* count,
                                                 int* stack_count, int* access_count,
                                                 int* place_count, int* mutex_count,
                                                 int* thread_count, int* unique_thread_count,
                                                 void** sleep_trace, unsigned long trace_size);
__attribute__((weak)) int __tsan_get_report_mop(void* report, unsigned long number, int* thread,
                                                void** address, int* size, int* is_write,
                                                int* is_atomic, void** trace,
                                                unsigned long trace_size);
}

extern "C" {

/// Of AddressSanitizer: before it prints.
void __asan_on_error() {
  cow::alsan::AliasSanitizer* const sanitizer = cow::alsan::alias_sanitizer();
  if (sanitizer == nullptr || __asan_get_report_address == nullptr) return;
  sanitizer->tell_about(__asan_get_report_address());
}

/// Of ThreadSanitizer: after it printed.
void __tsan_on_report(void* report) {
  cow::alsan::AliasSanitizer* const sanitizer = cow::alsan::alias_sanitizer();
  if (sanitizer == nullptr || __tsan_get_report_mop == nullptr) return;
  const char* description = nullptr;
  int counts[7] = {};
  void* sleep_trace[1];
  __tsan_get_report_data(report, &description, &counts[0], &counts[1], &counts[2], &counts[3],
                         &counts[4], &counts[5], &counts[6], sleep_trace, 1);
  if (counts[2] == 0) return;
  int thread = 0, size = 0, is_write = 0, is_atomic = 0;
  void* address = nullptr;
  void* trace[1];
  // The accesses that raced overlap: the first says where.
  __tsan_get_report_mop(report, 0, &thread, &address, &size, &is_write, &is_atomic, trace, 1);
  sanitizer->tell_about(address);
}

}  // extern "C"

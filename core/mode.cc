#include "cow/core/mode.h"

#include <atomic>

namespace cow {
namespace {

constinit std::atomic<Mode> process_mode{Mode::kView};
constinit thread_local std::optional<Mode> thread_mode;

}  // namespace

Mode default_mode() {
  return thread_mode ? *thread_mode : process_mode.load(std::memory_order_relaxed);
}

void set_default_mode(Mode mode) { process_mode.store(mode, std::memory_order_relaxed); }

ScopedMode::ScopedMode(Mode mode) : outer_(thread_mode) { thread_mode = mode; }
ScopedMode::~ScopedMode() { thread_mode = outer_; }

}  // namespace cow

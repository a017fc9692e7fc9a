#include "cow/diagnostics/alias_ok.h"

namespace cow {
namespace {

thread_local constinit const char* current_reason = nullptr;
thread_local constinit int promises = 0;

}  // namespace

AliasOk::AliasOk(const char* reason) : outer_(current_reason) {
  current_reason = reason == nullptr ? "" : reason;
}
AliasOk::~AliasOk() { current_reason = outer_; }
const char* AliasOk::current() { return current_reason; }

NoOverlap::NoOverlap() { ++promises; }
NoOverlap::~NoOverlap() { --promises; }
bool NoOverlap::is_promised() { return promises > 0; }

}  // namespace cow

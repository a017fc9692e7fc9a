#ifndef COW_TESTS_FUZZ_FUZZ_INPUT_H_
#define COW_TESTS_FUZZ_FUZZ_INPUT_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "cow/core/dims.h"

namespace cow::fuzz {

/// The bytes of a fuzzer, read as decisions. Zeros when they are used up.
class FuzzInput {
 public:
  FuzzInput(const std::uint8_t* data, std::size_t size) : left_(data, size) {}

  bool empty() const { return left_.empty(); }
  std::uint8_t byte();
  /// From `lowest` to `highest`, both included, at most 256 different ones. One byte.
  Index number(Index lowest, Index highest);
  /// Often small, sometimes next to a power of two or to the ends of the range. At most nine bytes.
  Index any_number();

 private:
  std::span<const std::uint8_t> left_;
};

/// Prints `message` and aborts: what was found out is wrong.
[[noreturn]] void fail(const std::string& message);

}  // namespace cow::fuzz

#endif  // COW_TESTS_FUZZ_FUZZ_INPUT_H_

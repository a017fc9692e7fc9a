#include "cow/tests/oracle/number_reader.h"

#include <stdexcept>

namespace cow::testing {

void NumberReader::require(bool condition, const char* expected) {
  if (!condition) throw std::invalid_argument(std::string("malformed fact: no ") + expected);
}

Index NumberReader::number() {
  Index value = 0;
  require(static_cast<bool>(in_ >> value), "number");
  return value;
}

bool NumberReader::bit() {
  const Index value = number();
  require(value == 0 || value == 1, "0 or 1");
  return value == 1;
}

std::vector<Index> NumberReader::numbers(Index count) {
  constexpr Index kMost = 1000;  // more than any fact has
  require(0 <= count && count <= kMost, "count");
  std::vector<Index> values(static_cast<std::size_t>(count));
  for (Index& value : values) value = number();
  return values;
}

void NumberReader::bar() { require(word() == "|", "bar"); }

std::string NumberReader::word() {
  std::string text;
  require(static_cast<bool>(in_ >> text), "word");
  return text;
}

void NumberReader::end() {
  std::string rest;
  require(!(in_ >> rest), "end");
}

}  // namespace cow::testing

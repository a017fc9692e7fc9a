#include "cow/core/format.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "cow/tests/facts.h"
#include "cow/tests/oracle/print_facts.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cow {
namespace {

using ::testing::Each;
using ::testing::Gt;
using ::testing::Pair;
using ::testing::SizeIs;

// An array with memory of its own.
struct Sample {
  DType dtype;
  std::vector<Index> shape;
  std::vector<Index> strides;
  std::vector<std::byte> memory;
  Index offset = 0;

  FormatInput input() const { return {dtype, memory.data() + offset, shape, strides}; }
};

struct Fact {
  std::string id;
  Sample sample;  // in C order
  std::string str;
  std::string repr;
};

std::vector<Index> c_strides(const std::vector<Index>& shape, Index itemsize) {
  std::vector<Index> strides(shape.size());
  Index stride = itemsize;
  for (std::size_t axis = shape.size(); axis-- > 0; stride *= shape[axis]) strides[axis] = stride;
  return strides;
}

Sample sample_of(const testing::PrintFact& fact) {
  const std::vector<Index> shape(fact.shape.begin(), fact.shape.end());
  return {fact.dtype, shape, c_strides(shape, dtype_size_bytes(fact.dtype)), fact.elements};
}

std::vector<Fact> read_facts(const std::string& path) {
  std::vector<Fact> facts;
  for (const std::string& line : testing::read_lines(path)) {
    if (line.empty() || line[0] == '#') continue;
    const testing::PrintFact fact = testing::parse_print_fact(line);
    facts.push_back({fact.id, sample_of(fact), fact.str, fact.repr});
  }
  return facts;
}

void copy_elements(const Sample& from, const std::byte* from_data, Sample* to, std::byte* to_data,
                   std::size_t axis) {
  if (axis == from.shape.size()) {
    std::memcpy(to_data, from_data, dtype_size_bytes(from.dtype));
    return;
  }
  for (Index i = 0; i < from.shape[axis]; ++i) {
    copy_elements(from, from_data + i * from.strides[axis], to, to_data + i * to->strides[axis],
                  axis + 1);
  }
}

// The same array in Fortran order, with a byte between elements, every second axis backwards, and
// as a rule misaligned.
Sample scattered(const Sample& sample) {
  Sample result{sample.dtype, sample.shape, {}, {}};
  std::vector<Index> reversed(sample.shape.rbegin(), sample.shape.rend());
  const Index item = dtype_size_bytes(sample.dtype) + 1;
  result.strides = c_strides(reversed, item);
  std::reverse(result.strides.begin(), result.strides.end());
  Index size = 1;
  for (const Index extent : sample.shape) size *= extent;
  result.memory.resize(size * item + 1, std::byte{0xee});
  result.offset = 1;
  for (std::size_t axis = 0; size > 0 && axis < sample.shape.size(); axis += 2) {
    result.offset += (sample.shape[axis] - 1) * result.strides[axis];
    result.strides[axis] = -result.strides[axis];
  }
  if (size > 0) {
    copy_elements(sample, sample.memory.data(), &result, result.memory.data() + result.offset, 0);
  }
  return result;
}

class FormatFactsTest : public ::testing::TestWithParam<const char*> {};

TEST_P(FormatFactsTest, MatchesNumpyInAnyLayout) {
  const std::vector<Fact> facts = read_facts(GetParam());
  ASSERT_THAT(facts, SizeIs(Gt(300)));
  for (const Fact& fact : facts) {
    EXPECT_EQ(format_str(fact.sample.input()), fact.str) << fact.id;
    EXPECT_EQ(format_repr(fact.sample.input()), fact.repr) << fact.id;
    const Sample moved = scattered(fact.sample);
    EXPECT_EQ(format_str(moved.input()), fact.str) << fact.id << " scattered";
    EXPECT_EQ(format_repr(moved.input()), fact.repr) << fact.id << " scattered";
  }
}

INSTANTIATE_TEST_SUITE_P(Numpy, FormatFactsTest,
                         ::testing::Values("tests/oracle/facts/print_facts.jsonl.gz",
                                           "tests/data/print_facts_all_dtypes.jsonl.gz"));

TEST(FormatTest, FactsCoverEveryDtype) {
  std::map<DType, int> counts;
  for (const Fact& fact : read_facts("tests/data/print_facts_all_dtypes.jsonl.gz")) {
    ++counts[fact.sample.dtype];
  }
  EXPECT_THAT(counts, SizeIs(kDTypeCount));
  EXPECT_THAT(counts, Each(Pair(::testing::_, Gt(10))));
}

template <class T>
FormatInput input_of(const T* data, const std::vector<Index>& shape,
                     const std::vector<Index>& strides) {
  return {dtype_of<T>, reinterpret_cast<const std::byte*>(data), shape, strides};
}

TEST(FormatTest, StretchedAxesRepeatTheElement) {
  const std::int32_t values[] = {1, -20};
  const std::vector<Index> shape = {2, 3}, strides = {4, 0};
  EXPECT_EQ(format_str(input_of(values, shape, strides)), "[[  1   1   1]\n [-20 -20 -20]]");
}

TEST(FormatTest, MoreElementsThanAnIndexCountsAreSummarised) {
  const double value = 0.5;
  const Index most = std::numeric_limits<Index>::max();
  const std::vector<Index> shape = {most, most, most}, strides = {0, 0, 0};
  EXPECT_EQ(format_str(input_of(&value, shape, strides)).substr(0, 40),
            "[[[0.5 0.5 0.5 ... 0.5 0.5 0.5]\n  [0.5 0");
}

TEST(FormatTest, MoreElementsShownThanMemoryHasAddressesAreAnError) {
  const double value = 0.5;
  const std::vector<Index> shape(kMaxDims, 4), strides(kMaxDims, 0);
  EXPECT_THROW(format_str(input_of(&value, shape, strides)), std::length_error);
  EXPECT_THROW(format_repr(input_of(&value, shape, strides)), std::length_error);
}

TEST(FormatTest, WithoutElementsNothingIsRead) {
  const std::int64_t* none = nullptr;
  const std::vector<Index> shape = {std::numeric_limits<Index>::max(), 0}, strides = {8, 8};
  EXPECT_EQ(format_str(input_of(none, shape, strides)), "[]");
  EXPECT_EQ(format_repr(input_of(none, shape, strides)),
            "array([], shape=(9223372036854775807, 0), dtype=int64)");
}

TEST(FormatTest, AnyByteButZeroIsTrue) {
  const std::byte bytes[] = {std::byte{0}, std::byte{1}, std::byte{2}, std::byte{255}};
  const std::vector<Index> shape = {4}, strides = {1};
  EXPECT_EQ(format_str({DType::kBool, bytes, shape, strides}), "[False  True  True  True]");
}

}  // namespace
}  // namespace cow

#include "cow/diagnostics/array_text.h"

#include <cstdint>
#include <string>
#include <vector>

#include "cow/core/array.h"
#include "cow/core/creation.h"
#include "cow/tests/sanitizer_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cow::alsan {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

template <class T>
const ArrayRecord& record_of(const Array<T>& a) {
  return *Registry::record_of(a.handle().node());
}

template <class T>
std::string text_of(DType dtype, T value) {
  return value_text(dtype, Bits::load(reinterpret_cast<const std::byte*>(&value), sizeof value));
}

class ArrayTextTest : public ::testing::Test {
 protected:
  void SetUp() override { testing::collecting_sanitizer(); }
};

TEST_F(ArrayTextTest, ElementsAreNumPysText) {
  EXPECT_EQ(text_of(DType::kFloat64, 0.1), "0.1");
  EXPECT_EQ(text_of(DType::kFloat32, 3.0f), "3.0");
  EXPECT_EQ(text_of(DType::kInt8, std::int8_t{-5}), "-5");
  EXPECT_EQ(text_of(DType::kBool, true), "True");
}

TEST_F(ArrayTextTest, AnElementIsNamedByItsArrayAndIndex) {
  auto a = zeros<int>({3, 4}).label("a");
  auto turned = a.T();
  const ElementText text =
      element_of(record_of(turned), a.handle().node().data + a.strides()[0] * 2 + 4);
  EXPECT_EQ(text.array, "a.T");
  EXPECT_EQ(text.index, Dims({1, 2}));
}

TEST_F(ArrayTextTest, EachArrayIsDescribedOnceAndInOrder) {
  auto a = zeros<int>({3, 4}).label("a");
  auto part = a[slice(1, 3)].label("part");
  const ArrayRecord* const arrays[] = {&record_of(part), nullptr, &record_of(a), &record_of(part)};
  const std::vector<ArrayText> texts = describe(arrays, StackDepot(1), {});
  ASSERT_THAT(texts, SizeIs(2));
  EXPECT_EQ(texts[0].name, "part");
  EXPECT_EQ(texts[0].shape, Dims({2, 4}));
  EXPECT_EQ(texts[0].strides_bytes, Dims({16, 4}));
  EXPECT_THAT(texts[0].origin, HasSubstr("a[1:3]"));
  EXPECT_EQ(texts[1].name, "a");
  EXPECT_EQ(texts[1].dtype, "int32");
  EXPECT_THAT(texts[1].origin, HasSubstr("48 bytes"));
}

TEST_F(ArrayTextTest, ALargeTreeIsCutButForWhatMatters) {
  auto a = zeros<int>({40}).label("a");
  std::vector<Array<int>> views;
  for (Index i = 0; i < 40; ++i) views.push_back(a[slice(i, none)]);
  const ArrayRecord& last = record_of(views.back());
  const BufferRecord& buffer = *Registry::record_of(*a.handle().node().buffer);
  const std::vector<TreeRow> rows = tree_rows(buffer, [&](const ArrayRecord& array) {
    return &array == &last ? RowNote{"<- here", "note"} : RowNote{};
  });
  ASSERT_THAT(rows, SizeIs(22));
  EXPECT_EQ(rows[0].name, "a");
  EXPECT_EQ(rows[0].made, "(40,)");
  EXPECT_EQ(rows[1].made, "[0:]");
  EXPECT_EQ(rows[20].arrow, "<- here");
  EXPECT_EQ(rows[20].made, "[39:]");
  EXPECT_EQ(rows[21].name, "... and 20 more");
}

TEST_F(ArrayTextTest, TheTreeAsText) {
  auto a = zeros<int>({2, 3}).label("a");
  auto row = a[1].label("row");
  auto rest = row[slice(1, none)];
  const std::string text = tree_text(*Registry::record_of(*a.handle().node().buffer));
  EXPECT_THAT(text, HasSubstr("a (2,3)"));
  EXPECT_THAT(text, HasSubstr("└── row"));
  EXPECT_THAT(text, HasSubstr("[1:]"));
}

}  // namespace
}  // namespace cow::alsan

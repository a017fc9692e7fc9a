#include "cow/core/format_element.h"

#include <complex>
#include <limits>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace cow::internal {
namespace {

template <class E>
std::vector<std::string> cells(const std::vector<E>& values, bool padded_bool = true) {
  const Cells made = format_cells(dtype_of<E>, reinterpret_cast<const std::byte*>(values.data()),
                                  values.size(), padded_bool);
  EXPECT_EQ(made.text.size(), made.width * values.size());
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < values.size(); ++i) {
    texts.push_back(made.text.substr(i * made.width, made.width));
  }
  return texts;
}

template <class E>
std::string scalar(E value) {
  return format_scalar(dtype_of<E>, reinterpret_cast<const std::byte*>(&value));
}

using Texts = std::vector<std::string>;

TEST(FormatElement, AlignsIntegersRight) {
  EXPECT_EQ(cells<std::int8_t>({-128, 7}), (Texts{"-128", "   7"}));
  EXPECT_EQ(cells<std::uint64_t>({0, ~std::uint64_t{0}}),
            (Texts{"                   0", "18446744073709551615"}));
  EXPECT_EQ(scalar(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
}

TEST(FormatElement, PadsTrueWhereAsked) {
  const bool values[] = {true, false};
  const auto* const bytes = reinterpret_cast<const std::byte*>(values);
  EXPECT_EQ(format_cells(DType::kBool, bytes, 2, true).text, " TrueFalse");
  EXPECT_EQ(format_cells(DType::kBool, bytes, 1, false).text, "True");
  EXPECT_EQ(scalar(false), "False");
}

TEST(FormatElement, AlignsPartsOfComplexNumbers) {
  using C = std::complex<double>;
  EXPECT_EQ(cells<C>({{1, 2}, {-0.5, -10}}), (Texts{" 1.  +2.j", "-0.5-10.j"}));
  EXPECT_EQ(scalar(C(1, -2)), "(1-2j)");
  EXPECT_EQ(scalar(C(0, 2)), "2j");
}

TEST(FormatElement, WritesFloatsOfTheirOwnPrecision) {
  EXPECT_EQ(scalar(0.1f), "0.1");
  EXPECT_EQ(scalar(static_cast<double>(0.1f)), "0.10000000149011612");
  EXPECT_EQ(cells<float>({0.1f, 2}), (Texts{"0.1", "2. "}));
}

}  // namespace
}  // namespace cow::internal

#include "cow/core/copy_kernels.h"

#include <cstring>
#include <numeric>
#include <vector>

#include "gtest/gtest.h"

namespace cow::internal {
namespace {

// Copies and transpositions of planes are compared with a loop in iterate_test.cc.

TEST(CopyKernelsTest, PlanesOfAllKinds) {
  std::vector<std::uint16_t> from(12), to(12);
  std::iota(from.begin(), from.end(), std::uint16_t{0});
  const auto* const source = reinterpret_cast<const std::byte*>(from.data());
  auto* const target = reinterpret_cast<std::byte*>(to.data());
  copy_plane(2, 3, 4, {target, 8, 2}, {source, 8, 2}, false);
  EXPECT_EQ(to, from);
  copy_plane(2, 4, 3, {target, 6, 2}, {source, 2, 8}, false);
  EXPECT_EQ(to, (std::vector<std::uint16_t>{0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11}));
  copy_plane(2, 4, 3, {target, 6, 2}, {source + 6, -2, 8}, false);
  EXPECT_EQ(to, (std::vector<std::uint16_t>{3, 7, 11, 2, 6, 10, 1, 5, 9, 0, 4, 8}));
  copy_plane(2, 3, 4, {target, 8, 2}, {source, 8, 0}, false);
  EXPECT_EQ(to, (std::vector<std::uint16_t>{0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8}));
}

TEST(CopyKernelsTest, SwapsRows) {
  for (Index itemsize : {1, 2, 4, 8, 16}) {
    for (Index count : {0, 1, 3, 40}) {
      for (Index stride : {itemsize, -itemsize, 2 * itemsize}) {
        std::vector<std::byte> a(static_cast<std::size_t>(count * itemsize + 1)),
            b(static_cast<std::size_t>(2 * count * itemsize + 1));
        for (std::size_t i = 0; i < b.size(); ++i) b[i] = static_cast<std::byte>(i * 13 + 1);
        const std::vector<std::byte> b_before = b;
        std::byte* const begin = b.data() + (stride < 0 ? (count - 1) * itemsize : 0);
        swap_rows(itemsize, count, a.data(), itemsize, begin, stride);
        for (Index i = 0; i < count; ++i) {
          const std::size_t size = static_cast<std::size_t>(itemsize);
          const std::byte* const was = b_before.data() + (begin - b.data()) + i * stride;
          EXPECT_EQ(std::memcmp(a.data() + i * itemsize, was, size), 0);
          EXPECT_EQ(begin[i * stride], std::byte{0});
        }
      }
    }
  }
}

TEST(CopyKernelsTest, StreamsBytesToAnyAddress) {
  std::vector<std::byte> from(300), to(300);
  for (std::size_t i = 0; i < from.size(); ++i) from[i] = static_cast<std::byte>(i);
  for (Index begin : {0, 1, 63, 64}) {
    for (Index bytes : {0, 1, 64, 130, 200}) {
      std::fill(to.begin(), to.end(), std::byte{0xee});
      stream_bytes(to.data() + begin, from.data() + 3, bytes);
      end_streams();
      for (Index i = 0; i < 300; ++i) {
        const bool is_inside = i >= begin && i < begin + bytes;
        EXPECT_EQ(to[static_cast<std::size_t>(i)],
                  is_inside ? from[static_cast<std::size_t>(3 + i - begin)] : std::byte{0xee});
      }
    }
  }
}

TEST(CopyKernelsTest, TransposesInPlace) {
  for (Index extent : {0, 1, 7, 16, 37}) {
    std::vector<std::uint32_t> matrix(static_cast<std::size_t>(extent * 40));
    std::iota(matrix.begin(), matrix.end(), 0u);
    const std::vector<std::uint32_t> before = matrix;
    transpose_in_place(4, extent, reinterpret_cast<std::byte*>(matrix.data()), 160);
    for (Index i = 0; i < extent; ++i) {
      for (Index j = 0; j < 40; ++j) {
        const Index source = j < extent ? j * 40 + i : i * 40 + j;
        EXPECT_EQ(matrix[static_cast<std::size_t>(i * 40 + j)],
                  before[static_cast<std::size_t>(source)]);
      }
    }
  }
}

}  // namespace
}  // namespace cow::internal

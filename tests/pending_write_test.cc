#include "cow/diagnostics/pending_write.h"

#include <map>
#include <random>

#include "cow/core/creation.h"
#include "gtest/gtest.h"

namespace cow::alsan {
namespace {

/// A buffer of bytes, and writes to parts of it.
class Writes {
 public:
  Writes(DType dtype, Index count)
      : memory_(static_cast<std::size_t>(count * dtype_size_bytes(dtype))),
        buffer_{1, dtype, static_cast<Index>(memory_.size()), memory_.data(), true, false} {
    value_ = std::make_shared<ValueRecord>();
    value_->buffer = &buffer_;
    value_->place_in_births = buffer_.births.insert(buffer_.births.end(), value_.get());
    value_->known = &known_;
    write_.value = value_;
  }

  PendingWrite& write() { return write_; }
  std::byte* at(Index element) { return buffer_.address_of(element); }
  Index itemsize() const { return buffer_.itemsize(); }

  /// Elements of the buffer in this layout, which counts in bytes.
  void keep(const Layout& layout) {
    write_.keep({node_, at(0) + layout.offset(), layout, internal::AccessKind::kBulk});
  }

 private:
  std::vector<std::byte> memory_;
  BufferRecord buffer_;
  absl::flat_hash_set<std::uint64_t> known_;
  std::shared_ptr<ValueRecord> value_;
  internal::Node node_;
  PendingWrite write_;
};

TEST(PendingWriteTest, KeepsRowsAsRanges) {
  Writes writes(DType::kInt16, 100);
  const Index shape[] = {3, 4}, strides[] = {20, 2};
  writes.keep(Layout(shape, strides, 10));
  using Ranges = std::vector<std::pair<Index, Index>>;
  EXPECT_EQ(writes.write().elements, (Ranges{{5, 9}, {15, 19}, {25, 29}}));
  EXPECT_EQ(writes.write().before.size(), 24u);
  writes.write().reset();
  EXPECT_TRUE(writes.write().elements.empty() && writes.write().before.empty());
}

// Random changes, few, many and all, against a look at each element.
TEST(PendingWriteTest, FindsWhatChanged) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  for (DType dtype :
       {DType::kInt8, DType::kInt16, DType::kFloat32, DType::kInt64, DType::kComplex128}) {
    for (int round = 0; round < 200; ++round) {
      constexpr Index kCount = 400;
      Writes writes(dtype, kCount);
      const Index shape[] = {Index(random() % 4), Index(random() % 200)};
      const Index strides[] = {100 * writes.itemsize(),
                               writes.itemsize() * (round % 5 == 0 ? 2 : 1)};
      if (strides[1] * shape[1] > 100 * writes.itemsize()) continue;
      writes.keep(Layout(shape, strides));
      std::map<Index, std::byte> expected;
      const unsigned one_in = 1 + random() % 3 * (random() % 40);
      for (const auto& [begin, end] : writes.write().elements) {
        for (Index i = begin; i < end; ++i) {
          if (random() % one_in != 0) continue;
          const Index byte = Index(random()) % writes.itemsize();
          expected[i] = writes.at(i)[byte] = std::byte(1 + random() % 255);
        }
      }
      std::map<Index, bool> changed;
      writes.write().for_each_change([&](Index begin, Index end, const std::byte* before) {
        for (Index i = begin; i < end; ++i, before += writes.itemsize()) {
          EXPECT_TRUE(changed.emplace(i, true).second);
          EXPECT_EQ(*before, std::byte{0});
        }
      });
      ASSERT_EQ(changed.size(), expected.size());
      for (const auto& [element, byte] : expected) ASSERT_TRUE(changed.contains(element));
      const std::vector<ElementBefore> effect = writes.write().effect();
      ASSERT_EQ(effect.size(), expected.size());
      for (const ElementBefore& one : effect) {
        ASSERT_TRUE(expected.contains(one.element));
        ASSERT_EQ(one.before, Bits());
      }
    }
  }
}

}  // namespace
}  // namespace cow::alsan

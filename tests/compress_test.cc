// Against a loop over the elements.
#include "cow/core/compress.h"

#include <cstring>
#include <random>
#include <vector>

#include "cow/tests/array_testing.h"
#include "cow/tests/simd_testing.h"

namespace cow::internal {
namespace {

class CompressTest : public SimdTest {};
INSTANTIATE_TEST_SUITE_P(, CompressTest, all_targets(), target_name);

TEST_P(CompressTest, PacksWhatIsNotZero) {
  std::mt19937 random(static_cast<unsigned>(test_seed(21)));
  for (int round = 0; round < 200; ++round) {
    const Index count = round;
    std::vector<std::byte> mask;
    for (Index i = 0; i < count; ++i) {
      // Any bit makes it true.
      mask.push_back(random() % 2 == 0 ? std::byte{0} : std::byte(1u << random() % 8));
    }
    std::vector<std::uint64_t> words(static_cast<std::size_t>(words_for_bits(count)), 0xaaaa);
    Index is_set = 0;
    const Index set = pack_bits(mask.data(), count, words.data());
    for (Index i = 0; i < std::ssize(words) * 64; ++i) {
      const bool bit = (words[static_cast<std::size_t>(i / 64)] >> (i % 64) & 1) != 0;
      EXPECT_EQ(bit, i < count && mask[static_cast<std::size_t>(i)] != std::byte{0}) << i;
      is_set += bit ? 1 : 0;
    }
    EXPECT_EQ(set, is_set);
  }
}

TEST_P(CompressTest, CopiesWhatIsSetAndNothingElse) {
  std::mt19937 random(static_cast<unsigned>(test_seed(22)));
  for (Index itemsize : {1, 2, 4, 8, 16}) {
    for (int round = 0; round < 200; ++round) {
      const unsigned percent = std::vector<unsigned>{0, 1, 50, 99, 100}[random() % 5];
      const Index count = static_cast<Index>(random() % 500);
      std::vector<std::uint64_t> words(static_cast<std::size_t>(words_for_bits(count)));
      // Not a byte more than there is, so that AddressSanitizer sees what is read beyond.
      std::vector<std::byte> from(static_cast<std::size_t>(count * itemsize)), expected;
      for (std::byte& byte : from) byte = std::byte(random());
      Index taken = 0;
      for (Index i = 0; i < count; ++i) {
        if (random() % 100 >= percent) continue;
        words[static_cast<std::size_t>(i / 64)] |= std::uint64_t{1} << (i % 64);
        expected.insert(expected.end(), from.begin() + i * itemsize,
                        from.begin() + (i + 1) * itemsize);
        ++taken;
      }
      const std::byte kBeyond{0x5a};
      std::vector<std::byte> to(expected.size() + 64, kBeyond);
      expected.resize(to.size(), kBeyond);
      compress(from.data(), itemsize, words, to.data(), taken);
      EXPECT_EQ(to, expected) << count << " of " << itemsize << " bytes, " << percent << " %";
    }
  }
}

}  // namespace
}  // namespace cow::internal

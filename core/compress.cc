// This file is compiled once for each target: foreach_target.h includes it again.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/compress.cc"
#include "hwy/foreach_target.h"  // before highway.h
//
#include <array>
#include <bit>
#include <cstring>

#include "cow/core/compress.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace cow::internal::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

constexpr Index kWordBits = 64;

std::uint64_t pack_word_of(const std::byte* mask, Index count) {
  std::uint64_t word = 0;
  for (Index i = 0; i < count; ++i) word |= std::uint64_t{mask[i] != std::byte{0}} << i;
  return word;
}

/// Of 8 elements, without vectors.
HWY_INLINE std::uint64_t pack_byte(const std::byte* mask) {
  std::uint64_t bytes;
  std::memcpy(&bytes, mask, sizeof bytes);
  bytes |= bytes >> 4;
  bytes |= bytes >> 2;
  bytes |= bytes >> 1;
  // Bit 0 of byte i goes to bit 56 + i.
  return (bytes & 0x0101010101010101u) * 0x0102040810204080u >> 56;
}

/// Of 64 elements.
HWY_INLINE std::uint64_t pack_word(const std::byte* mask) {
  const hn::CappedTag<std::uint8_t, kWordBits> d;
  constexpr Index kLanes = hn::MaxLanes(d);
  if constexpr (kLanes < 8) {
    std::uint64_t word = 0;
    for (int i = 0; i < 8; ++i) word |= pack_byte(mask + 8 * i) << (8 * i);
    return word;
  } else {
    std::uint8_t bits[kWordBits / 8];
    for (Index i = 0; i < kWordBits; i += kLanes) {
      const auto bytes = hn::LoadU(d, reinterpret_cast<const std::uint8_t*>(mask) + i);
      hn::StoreMaskBits(d, hn::Ne(bytes, hn::Zero(d)), bits + i / 8);
    }
    std::uint64_t word;
    std::memcpy(&word, bits, sizeof word);
    return word;
  }
}

/// The elements of one word, `kBytes` each, one by one.
template <Index kBytes>
HWY_INLINE std::byte* compress_sparse(const std::byte* from, std::uint64_t word, std::byte* to) {
  for (; word != 0; word &= word - 1, to += kBytes) {
    std::memcpy(to, from + std::countr_zero(word) * kBytes, kBytes);
  }
  return to;
}

/// The elements of all words, without vectors.
template <Index kBytes>
void compress_bytes(const std::byte* from, absl::Span<const std::uint64_t> words, std::byte* to) {
  for (std::uint64_t word : words) {
    if (word == ~std::uint64_t{0}) {
      std::memcpy(to, from, kWordBits * kBytes);
      to += kWordBits * kBytes;
    } else {
      to = compress_sparse<kBytes>(from, word, to);
    }
    from += kWordBits * kBytes;
  }
}

/// Fewer true elements of a word than this are taken one by one.
constexpr int kSparse = 8;

/// For each byte the numbers of its bits that are set, in order, then zeros.
constexpr auto kSetBits = [] {
  std::array<std::array<std::uint8_t, 8>, 256> numbers{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    std::size_t count = 0;
    for (std::uint8_t bit = 0; bit < 8; ++bit) {
      if ((byte >> bit & 1) != 0) numbers[byte][count++] = bit;
    }
  }
  return numbers;
}();

/// Not by Highway's `Compress`, whose tables g++ copies to the stack, each time.
template <class D, class V>
HWY_INLINE V compress_vector(D d, V elements, unsigned set) {
  const hn::Rebind<std::uint8_t, D> bytes;
  const hn::Rebind<std::uint32_t, D> numbers;
  const auto order = hn::PromoteTo(numbers, hn::LoadU(bytes, kSetBits[set].data()));
  if constexpr (sizeof(hn::TFromD<D>) == 4) {
    return hn::TableLookupLanes(elements, hn::IndicesFromVec(d, order));
  } else {
    return hn::TableLookupLanes(elements, hn::IndicesFromVec(d, hn::PromoteTo(d, order)));
  }
}

/// Elements as numbers of a type that vectors may hold. A vector is written whole, so far as there
/// is room: what comes after it overwrites what was not meant.
template <class Unit>
void compress_units(const std::byte* from, absl::Span<const std::uint64_t> words, std::byte* to,
                    Index taken) {
  const hn::CappedTag<Unit, 8> d;
  constexpr Index kBytes = sizeof(Unit), kLanes = hn::MaxLanes(d);
  if constexpr (kLanes == 1) {
    compress_bytes<kBytes>(from, words, to);
  } else {
    const std::byte* const end = to + taken * kBytes;
    for (std::uint64_t word : words) {
      if (std::popcount(word) < kSparse || end - to < kWordBits * kBytes) {
        to = compress_sparse<kBytes>(from, word, to);
      } else {
        for (Index i = 0; i < kWordBits; i += kLanes) {
          const auto set = static_cast<unsigned>(word >> i & ((1u << kLanes) - 1));
          const auto elements = hn::LoadU(d, reinterpret_cast<const Unit*>(from + i * kBytes));
          hn::StoreU(compress_vector(d, elements, set), d, reinterpret_cast<Unit*>(to));
          to += std::popcount(set) * kBytes;
        }
      }
      from += kWordBits * kBytes;
    }
  }
}

}  // namespace

Index pack_bits(const std::byte* mask, Index count, std::uint64_t* words) {
  Index set = 0;
  for (; count >= kWordBits; count -= kWordBits, mask += kWordBits) {
    *words = pack_word(mask);
    set += std::popcount(*words++);
  }
  if (count > 0) {
    *words = pack_word_of(mask, count);
    set += std::popcount(*words);
  }
  return set;
}

void compress(const std::byte* from, Index itemsize, absl::Span<const std::uint64_t> words,
              std::byte* to, Index taken) {
  switch (itemsize) {
    case 1:
      return compress_bytes<1>(from, words, to);
    case 2:
      return compress_bytes<2>(from, words, to);
    case 4:
      return compress_units<std::uint32_t>(from, words, to, taken);
    case 8:
      return compress_units<std::uint64_t>(from, words, to, taken);
    default:
      return compress_bytes<16>(from, words, to);
  }
}

}  // namespace cow::internal::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "cow/core/simd.h"

namespace cow::internal {

HWY_EXPORT(pack_bits);
HWY_EXPORT(compress);

Index pack_bits(const std::byte* mask, Index count, std::uint64_t* words) {
  return HWY_DYNAMIC_DISPATCH(pack_bits)(mask, count, words);
}

void compress(const std::byte* from, Index itemsize, absl::Span<const std::uint64_t> words,
              std::byte* to, Index taken) {
  HWY_DYNAMIC_DISPATCH(compress)(from, itemsize, words, to, taken);
}

}  // namespace cow::internal
#endif  // HWY_ONCE

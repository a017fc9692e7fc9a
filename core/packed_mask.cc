#include "cow/core/packed_mask.h"

#include "cow/core/iterate.h"
#include "cow/core/write_gate.h"

namespace cow::internal {

PackedMask::PackedMask(const Node& mask)
    : size_(mask.layout.size()),
      words_(new std::uint64_t[static_cast<std::size_t>(words_for_bits(size_))]) {
  std::byte* from = begin_read(mask, AccessKind::kBulk);
  if (mask.layout.is_contiguous(1)) {
    count_ = pack_bits(from, size_, words_.get());
    return;
  }
  const auto copy = std::make_unique<std::byte[]>(static_cast<std::size_t>(size_));
  const Layout compact = Layout::c_order(mask.layout.shape(), 1);
  copy_elements(mask.layout.shape(), 1, {copy.get(), compact.strides()},
                {from, mask.layout.strides()});
  count_ = pack_bits(copy.get(), size_, words_.get());
}

}  // namespace cow::internal

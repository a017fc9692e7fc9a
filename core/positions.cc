#include "cow/core/positions.h"

#include <cstdint>
#include <cstring>

#include "cow/core/index.h"
#include "cow/core/write_gate.h"

namespace cow::internal {
namespace {

template <class T>
void append_as_index(const Node& array, std::vector<Index>* out) {
  const Layout& layout = array.layout;
  const std::byte* address = begin_read(array, AccessKind::kBulk);
  const Index count = layout.size();
  const bool is_contiguous = layout.is_contiguous(sizeof(T));
  for (Index i = 0; i < count; ++i) {
    T value;
    const Index displacement =
        is_contiguous ? i * Index{sizeof(T)} : layout.displacement_of_flat(i);
    std::memcpy(&value, address + displacement, sizeof value);
    out->push_back(to_index(value));
  }
}

}  // namespace

std::vector<Index> positions_in(const Node& array) {
  std::vector<Index> positions;
  positions.reserve(static_cast<std::size_t>(array.layout.size()));
  switch (array.dtype) {
    case DType::kInt8:
      append_as_index<std::int8_t>(array, &positions);
      break;
    case DType::kInt16:
      append_as_index<std::int16_t>(array, &positions);
      break;
    case DType::kInt32:
      append_as_index<std::int32_t>(array, &positions);
      break;
    case DType::kInt64:
      append_as_index<std::int64_t>(array, &positions);
      break;
    case DType::kUInt8:
      append_as_index<std::uint8_t>(array, &positions);
      break;
    case DType::kUInt16:
      append_as_index<std::uint16_t>(array, &positions);
      break;
    case DType::kUInt32:
      append_as_index<std::uint32_t>(array, &positions);
      break;
    default:
      append_as_index<std::uint64_t>(array, &positions);
  }
  return positions;
}

Positions::Positions(const Node& array)
    : shape_(array.layout.shape().begin(), array.layout.shape().end()) {
  if (array.dtype == DType::kInt64 && array.layout.is_contiguous(sizeof(Index))) {
    list_ = {reinterpret_cast<const Index*>(begin_read(array, AccessKind::kBulk)),
             static_cast<std::size_t>(array.layout.size())};
  } else {
    own_ = positions_in(array);
    list_ = own_;
  }
}

}  // namespace cow::internal

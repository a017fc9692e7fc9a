#include "cow/diagnostics/buffer_picture.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "cow/diagnostics/array_text.h"

namespace cow::alsan {
namespace {

constexpr std::size_t kMaxArrays = 200;
constexpr std::size_t kMaxWrites = 100;

}  // namespace

BufferPicture draw_buffer(const BufferRecord& buffer, const WriteLog& log,
                          const LoggedWrite* reported, const StackDepot& stacks,
                          const ResolveOptions& options) {
  BufferPicture picture;
  picture.id = buffer.number;
  picture.dtype = dtype_name(buffer.dtype);
  picture.size_bytes = buffer.size_bytes;
  picture.itemsize = buffer.itemsize();

  absl::flat_hash_map<const ArrayRecord*, int> places;
  for (const Registry::TreeEntry& entry : Registry::tree_of(buffer)) {
    if (picture.arrays.size() == kMaxArrays) break;
    const ArrayRecord& array = *entry.array;
    const auto found = places.find(array.made_from.get());
    const int parent = found == places.end() ? -1 : found->second;
    places.emplace(&array, static_cast<int>(picture.arrays.size()));
    picture.arrays.push_back({name_of(array), array.how_made, to_dims(array.layout.shape()),
                              to_dims(array.layout.strides()), array.address - buffer.memory,
                              parent, array.is_alive, array.is_declared,
                              resolve(stacks.get(array.made_at), options)});
  }

  for (auto write = log.writes().rbegin(); write != log.writes().rend(); ++write) {
    if (write->through->buffer_number != buffer.number) continue;
    if (picture.writes.size() == kMaxWrites) {
      ++picture.writes_left_out;
      continue;
    }
    const auto place = places.find(write->through.get());
    picture.writes.push_back({name_of(*write->through), place == places.end() ? -1 : place->second,
                              write->changed, write->changed_elements,
                              resolve(stacks.get(write->site), options), &*write == reported});
  }
  std::reverse(picture.writes.begin(), picture.writes.end());
  return picture;
}

}  // namespace cow::alsan

#include "cow/diagnostics/buffer_picture.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "cow/diagnostics/array_text.h"

namespace cow::alsan {
namespace {

constexpr std::size_t kMaxArrays = 200;
constexpr std::size_t kMaxWrites = 100;

/// Which line wrote each cell of a buffer last.
class CellBlame {
 public:
  explicit CellBlame(const BufferRecord& buffer)
      : elements_(buffer.element_count()),
        cell_elements_(std::max<Index>(1, (elements_ + kMaxCells - 1) / kMaxCells)),
        owners_(static_cast<std::size_t>((elements_ + cell_elements_ - 1) / cell_elements_), -1) {}

  /// Writes are told newest first.
  void add(const LoggedWrite& write, const Frame& site) {
    int line = -1;
    for (const auto& [begin, end] :
         write.effect == nullptr ? write.changed : write.effect->ranges()) {
      for (Index cell = begin / cell_elements_; cell * cell_elements_ < end; ++cell) {
        int& owner = owners_[static_cast<std::size_t>(cell)];
        if (owner != -1) continue;
        if (line == -1) line = line_at(site, name_of(*write.through));
        owner = line;
      }
    }
  }

  std::vector<BufferPicture::BlameEntry> lines() && {
    for (std::size_t i = 0; i < owners_.size(); ++i) {
      if (owners_[i] == -1) continue;
      BufferPicture::BlameEntry& line = lines_[static_cast<std::size_t>(owners_[i])];
      const Index begin = static_cast<Index>(i) * cell_elements_;
      const Index end = std::min(elements_, begin + cell_elements_);
      if (line.elements.empty() || line.elements.back().second != begin) {
        line.elements.emplace_back(begin, begin);
      }
      line.elements.back().second = end;
      line.count += end - begin;
    }
    return std::move(lines_);
  }

 private:
  int line_at(const Frame& site, const std::string& through) {
    auto line = std::find_if(lines_.begin(), lines_.end(),
                             [&](const BufferPicture::BlameEntry& e) { return e.site == site; });
    if (line == lines_.end()) line = lines_.insert(lines_.end(), {site, {}, 0, {}});
    if (std::find(line->through.begin(), line->through.end(), through) == line->through.end()) {
      line->through.push_back(through);
    }
    return static_cast<int>(line - lines_.begin());
  }

  Index elements_;
  Index cell_elements_;
  std::vector<int> owners_;  // in `lines_`
  std::vector<BufferPicture::BlameEntry> lines_;
};

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

  CellBlame blame(buffer);
  absl::flat_hash_map<StackId, std::vector<Frame>> frames;
  picture.unknown_writes = buffer.unrecorded_writes + buffer.logged_writes;
  for (auto write = log.writes().rbegin(); write != log.writes().rend(); ++write) {
    if (write->buffer_number != buffer.number) continue;
    const auto [site, is_new] = frames.try_emplace(write->site);
    if (is_new) site->second = resolve(stacks.get(write->site), options);
    blame.add(*write, site->second.empty() ? Frame() : site->second.front());
    --picture.unknown_writes;
    if (picture.writes.size() == kMaxWrites) {
      ++picture.writes_left_out;
      continue;
    }
    const auto place = places.find(write->through.get());
    picture.writes.push_back({name_of(*write->through), place == places.end() ? -1 : place->second,
                              write->changed, write->changed_elements, site->second,
                              &*write == reported});
  }
  picture.blame = std::move(blame).lines();
  std::reverse(picture.writes.begin(), picture.writes.end());
  return picture;
}

}  // namespace cow::alsan

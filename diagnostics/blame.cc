#include "cow/diagnostics/blame.h"

#include <algorithm>
#include <numeric>

#include "absl/container/flat_hash_map.h"
#include "cow/core/index.h"
#include "cow/diagnostics/alias_sanitizer.h"
#include "cow/diagnostics/array_text.h"
#include "cow/diagnostics/for_each_address.h"
#include "cow/diagnostics/write_trail.h"

namespace cow::alsan {
namespace {

using Records = AliasSanitizer::Records;

/// `position` counted from the front.
Dims normalized(const Layout& layout, absl::Span<const Index> position) {
  if (static_cast<int>(position.size()) != layout.ndim()) {
    internal::throw_wrong_rank(layout, static_cast<int>(position.size()));
  }
  Dims index;
  for (int axis = 0; axis < layout.ndim(); ++axis) {
    index.push_back(normalize_index(position[axis], layout.extent(axis), axis));
  }
  return index;
}

BlameStatus status_of(const internal::Node& node) {
  if (alias_sanitizer() == nullptr) return BlameStatus::kNoSanitizer;
  return node.has(internal::kObserved) ? BlameStatus::kWatched : BlameStatus::kNotWatched;
}

std::string name_without_record(const internal::Node& node) {
  return node.label == nullptr ? "array" : *node.label;
}

/// Each site once: the writes of a loop have one.
class Places {
 public:
  explicit Places(const Records& records) : records_(records) {}

  const std::vector<Frame>& of(StackId site) {
    const auto [found, is_new] = frames_.try_emplace(site);
    if (is_new) found->second = resolve(records_.stacks.get(site), records_.resolving);
    return found->second;
  }

 private:
  const Records& records_;
  absl::flat_hash_map<StackId, std::vector<Frame>> frames_;
};

BlameReach reach_of(const BufferRecord& buffer, const WriteTrail& trail, Places* places) {
  return {buffer.unrecorded_writes, trail.dropped_writes(), places->of(trail.made_at())};
}

/// The element as `write` named it.
ElementText written_as(const LoggedWrite& write, Index element) {
  ArrayRecord then = *write.through;  // where it was when it was written
  then.layout = write.layout;
  then.address = write.address;
  return element_of(then, write.memory + element * then.itemsize());
}

/// Finds the last write of each of some elements.
class LastWrites {
 public:
  explicit LastWrites(Index count)
      : last_(static_cast<std::size_t>(count)),
        next_open_(last_.size() + 1),
        slots_(last_.size()) {}

  void find(WriteTrail* trail) {
    int buffer_number = 0;
    while (const LoggedWrite* write = trail->next()) {
      if (write->buffer_number != buffer_number) {
        buffer_number = write->buffer_number;
        sort_open(trail->elements());
      }
      for (const auto& [begin, end] :
           write->effect == nullptr ? write->changed : write->effect->ranges()) {
        claim(begin, end, write);
      }
    }
  }

  /// Null where none is known.
  const std::vector<const LoggedWrite*>& found() const { return last_; }

 private:
  struct Slot {
    Index element;
    std::size_t position;
  };

  /// The positions that no write was found for, by their elements' numbers.
  void sort_open(const std::vector<Index>& elements) {
    slots_.clear();
    for (std::size_t i = 0; i < elements.size(); ++i) {
      if (last_[i] == nullptr) slots_.push_back({elements[i], i});
    }
    std::sort(slots_.begin(), slots_.end(),
              [](const Slot& a, const Slot& b) { return a.element < b.element; });
    next_open_.resize(slots_.size() + 1);
    std::iota(next_open_.begin(), next_open_.end(), std::size_t{0});
  }

  /// The first slot from `slot` on that no write was found for. Amortised about O(1).
  std::size_t open_from(std::size_t slot) {
    while (next_open_[slot] != slot) {
      next_open_[slot] = next_open_[next_open_[slot]];
      slot = next_open_[slot];
    }
    return slot;
  }

  void claim(Index begin, Index end, const LoggedWrite* write) {
    const auto first = std::lower_bound(slots_.begin(), slots_.end(), begin,
                                        [](const Slot& slot, Index e) { return slot.element < e; });
    for (std::size_t i = open_from(static_cast<std::size_t>(first - slots_.begin()));
         i < slots_.size() && slots_[i].element < end; i = open_from(i)) {
      last_[slots_[i].position] = write;
      next_open_[i] = i + 1;
    }
  }

  std::vector<const LoggedWrite*> last_;
  std::vector<std::size_t> next_open_;
  std::vector<Slot> slots_;
};

/// Puts elements together that one line wrote.
std::vector<BlamedLine> lines_of(const std::vector<const LoggedWrite*>& last, Places* places) {
  std::vector<const LoggedWrite*> newest_first;
  for (const LoggedWrite* write : last) {
    if (write != nullptr) newest_first.push_back(write);
  }
  std::sort(newest_first.begin(), newest_first.end(),
            [](const LoggedWrite* a, const LoggedWrite* b) { return a->moment > b->moment; });
  newest_first.erase(std::unique(newest_first.begin(), newest_first.end()), newest_first.end());

  std::vector<BlamedLine> lines;
  absl::flat_hash_map<const LoggedWrite*, std::size_t> line_of;
  for (const LoggedWrite* write : newest_first) {
    const std::vector<Frame>& frames = places->of(write->site);
    const Frame site = frames.empty() ? Frame() : frames.front();
    auto line = std::find_if(lines.begin(), lines.end(),
                             [&](const BlamedLine& known) { return known.site == site; });
    if (line == lines.end()) {
      line = lines.insert(lines.end(), BlamedLine());
      line->site = site;
    }
    const std::string name = name_of(*write->through);
    if (std::find(line->through.begin(), line->through.end(), name) == line->through.end()) {
      line->through.push_back(name);
    }
    line->is_certain = line->is_certain && write->is_exact();
    line_of.emplace(write, static_cast<std::size_t>(line - lines.begin()));
  }
  for (std::size_t i = 0; i < last.size(); ++i) {
    if (last[i] == nullptr) continue;
    BlamedLine& line = lines[line_of.at(last[i])];
    const Index position = static_cast<Index>(i);
    if (line.positions.empty() || line.positions.back().second != position) {
      line.positions.emplace_back(position, position);
    }
    ++line.positions.back().second;
    ++line.elements;
  }
  return lines;
}

}  // namespace

ElementBlame blame_element(const internal::Node& node, absl::Span<const Index> position) {
  ElementBlame blame;
  blame.element = {name_without_record(node), normalized(node.layout, position)};
  const std::byte* address = node.address();
  for (int axis = 0; axis < node.layout.ndim(); ++axis) {
    address += blame.element.index[axis] * node.layout.stride(axis);
  }
  const Bits now = Bits::load(address, node.itemsize());
  blame.now = value_text(node.dtype, now);
  blame.status = status_of(node);
  if (blame.status != BlameStatus::kWatched) return blame;
  alias_sanitizer()->with_records([&](const Records& records) {
    const ArrayRecord& array = *Registry::record_of(node);
    const BufferRecord& buffer = *array.value->buffer;
    blame.element.array = name_of(array);
    Places places(records);
    WriteTrail trail(records.writes, records.detaches, buffer, {buffer.element_at(address)});
    std::optional<Bits> found_later = now;
    while (const LoggedWrite* write = trail.next()) {
      const Index element = trail.elements().front();
      if (!write->may_have_changed(element)) continue;
      BlamedWrite blamed;
      blamed.through = written_as(*write, element);
      blamed.is_certain = write->is_exact();
      blamed.frames = places.of(write->site);
      std::optional<Bits> before;
      if (write->effect != nullptr) {
        const WriteEffect::Change change = *write->effect->find(element);
        before = change.before;
        blamed.was = value_text(node.dtype, change.before);
        blamed.became = value_text(node.dtype, change.after);
        blamed.changed_unseen_since = found_later && !(*found_later == change.after);
      }
      found_later = before;
      blame.writes.push_back(std::move(blamed));
    }
    blame.reach = reach_of(buffer, trail, &places);
  });
  return blame;
}

ArrayBlame blame_array(const internal::Node& node) {
  ArrayBlame blame;
  blame.array = name_without_record(node);
  blame.dtype = dtype_name(node.dtype);
  blame.shape = to_dims(node.layout.shape());
  blame.unwritten = node.layout.size();
  blame.status = status_of(node);
  if (blame.status != BlameStatus::kWatched) return blame;
  alias_sanitizer()->with_records([&](const Records& records) {
    const ArrayRecord& array = *Registry::record_of(node);
    const BufferRecord& buffer = *array.value->buffer;
    blame.array = name_of(array);
    std::vector<Index> elements;
    for_each_address({node, node.address(), node.layout, internal::AccessKind::kBulk},
                     [&](const std::byte* at) { elements.push_back(buffer.element_at(at)); });
    LastWrites last(static_cast<Index>(elements.size()));
    Places places(records);
    WriteTrail trail(records.writes, records.detaches, buffer, std::move(elements));
    last.find(&trail);
    blame.lines = lines_of(last.found(), &places);
    for (const BlamedLine& line : blame.lines) blame.unwritten -= line.elements;
    blame.reach = reach_of(buffer, trail, &places);
  });
  return blame;
}

}  // namespace cow::alsan

#include "cow/diagnostics/element_history.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/types/span.h"

namespace cow::alsan {
namespace {

constexpr Moment kNow = std::numeric_limits<Moment>::max();

template <class Stamped>
const auto& stamp_of(const Stamped& stamped) {
  if constexpr (requires { stamped.stamp; }) {
    return stamped.stamp;
  } else {
    return stamped;
  }
}

/// Of `writes`, or their stamps, in order: the one whose `before` is what `value` expects; as many
/// as there are writes if it expects what is there now.
template <class Writes>
std::size_t write_after_own(const Writes& writes, const Value& value) {
  Moment until = kNow;
  for (const Value* asked = &value; asked != nullptr; asked = asked->made_from) {
    for (std::size_t i = writes.size(); i-- > 0;) {
      const auto& stamp = stamp_of(writes[i]);
      if (stamp.value == asked->id && stamp.moment < until) return i + 1;
    }
    until = asked->birth;
  }
  return 0;
}

/// Which of the writes can still be asked for. A write is asked for in two ways: as the last one of
/// its value before some moment that matters (now, or a birth), and for its `before`, which is what
/// followed the write before it.
template <class Stamps>
std::vector<bool> kept_of(const Stamps& stamps, ElementHistory::IsKnown is_known,
                          ElementHistory::BornBetween born_between) {
  const std::size_t count = stamps.size();
  std::vector<bool> is_asked(count, false);
  for (std::size_t i = 0; i < count; ++i) {
    if (!is_known(stamps[i].value)) continue;
    Moment next_own = kNow;
    for (std::size_t j = i + 1; j < count && next_own == kNow; ++j) {
      if (stamps[j].value == stamps[i].value) next_own = stamps[j].moment;
    }
    is_asked[i] = next_own == kNow || born_between(stamps[i].moment, next_own);
  }
  std::vector<bool> is_kept(count);
  for (std::size_t i = 0; i < count; ++i) {
    // The first one tells what the buffer's owner began with.
    is_kept[i] = i == 0 || is_asked[i] || is_asked[i - 1];
  }
  return is_kept;
}

template <class Writes>
void keep(const std::vector<bool>& is_kept, Writes* writes) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < writes->size(); ++i) {
    if (is_kept[i]) std::swap((*writes)[kept++], (*writes)[i]);
  }
  writes->erase(writes->begin() + static_cast<std::ptrdiff_t>(kept), writes->end());
}

}  // namespace

void ElementHistory::record_write(Index begin, Index end, std::uint64_t value, Moment moment,
                                  const std::byte* before, IsKnown is_known,
                                  BornBetween born_between) {
  while (begin < end) {
    const Index piece_end = std::min(end, (begin / kBlock + 1) * kBlock);
    auto& block = blocks_[static_cast<std::size_t>(begin / kBlock)];
    if (block == nullptr) block = std::make_unique<Block>();
    const Index first = begin / kBlock * kBlock;
    record_in_block(block.get(), begin - first, piece_end - first, {moment, value, ++last_order_},
                    before, is_known, born_between);
    before += (piece_end - begin) * itemsize_;
    begin = piece_end;
  }
}

void ElementHistory::record_in_block(Block* block, Index begin, Index end, const Stamp& stamp,
                                     const std::byte* before, IsKnown is_known,
                                     BornBetween born_between) {
  if (end - begin < kFewestInARow) {
    for (; begin < end; ++begin, before += itemsize_) {
      record_alone(block, begin, stamp, before, is_known, born_between);
    }
    return;
  }
  for (auto row = block->rows.rbegin(); row != block->rows.rend(); ++row) {
    if (row->end <= begin || row->begin >= end) continue;
    // Nobody can ask for what lay between two writes of one value if none was born meanwhile.
    if (row->begin <= begin && row->end >= end && row->stamp.value == stamp.value &&
        row->stamp.order > block->newest_alone && !born_between(row->stamp.moment, stamp.moment)) {
      return;
    }
    break;
  }
  const std::size_t size_bytes = static_cast<std::size_t>((end - begin) * itemsize_);
  std::unique_ptr<std::byte[]> bytes(new std::byte[size_bytes]);
  std::memcpy(bytes.get(), before, size_bytes);
  block->rows.push_back({stamp, begin, end, std::move(bytes)});
  if (block->rows.size() >= block->compact_at) compact_rows(block, is_known, born_between);
}

void ElementHistory::compact_rows(Block* block, IsKnown is_known, BornBetween born_between) {
  const RowWrite& first = block->rows.front();
  const bool are_alike =
      block->elements == nullptr &&
      std::all_of(block->rows.begin(), block->rows.end(), [&first](const RowWrite& row) {
        return row.begin == first.begin && row.end == first.end;
      });
  if (are_alike) {
    Stamps stamps;
    for (const RowWrite& row : block->rows) stamps.push_back(row.stamp);
    keep(kept_of(stamps, is_known, born_between), &block->rows);
    block->compact_at = 2 * block->rows.size() + 8;
    return;
  }
  keep_alone(block);
  for (Element& element : *block->elements) compact(&element, is_known, born_between);
}

/// From now on all writes so far are records of single elements.
void ElementHistory::keep_alone(Block* block) {
  auto elements = std::make_unique<Elements>();
  for (Index i = 0; i < kBlock; ++i) {
    auto& writes = (*elements)[static_cast<std::size_t>(i)].writes;
    for (const Found& found : writes_of(*block, i)) {
      writes.push_back({found.stamp, Bits::load(found.before, itemsize_)});
    }
  }
  block->newest_alone = last_order_;
  block->elements = std::move(elements);
  block->rows.clear();
}

void ElementHistory::record_alone(Block* block, Index element, const Stamp& stamp,
                                  const std::byte* before, IsKnown is_known,
                                  BornBetween born_between) {
  if (block->elements == nullptr) block->elements = std::make_unique<Elements>();
  Element& own = (*block->elements)[static_cast<std::size_t>(element)];
  const Stamp* last = own.writes.empty() ? nullptr : &own.writes.back().stamp;
  for (auto row = block->rows.rbegin(); row != block->rows.rend(); ++row) {
    if (element < row->begin || element >= row->end) continue;
    if (last == nullptr || row->stamp.order > last->order) last = &row->stamp;
    break;
  }
  if (last != nullptr && last->value == stamp.value && !born_between(last->moment, stamp.moment)) {
    return;
  }
  block->newest_alone = stamp.order;
  own.writes.push_back({stamp, Bits::load(before, itemsize_)});
  if (own.writes.size() < own.compact_at) return;
  if (!block->rows.empty()) keep_alone(block);
  compact(&(*block->elements)[static_cast<std::size_t>(element)], is_known, born_between);
}

void ElementHistory::compact(Element* element, IsKnown is_known, BornBetween born_between) {
  Stamps stamps;
  for (const Write& write : element->writes) stamps.push_back(write.stamp);
  keep(kept_of(stamps, is_known, born_between), &element->writes);
  element->compact_at = static_cast<std::uint32_t>(2 * element->writes.size() + 8);
}

void ElementHistory::mark_changed(Index begin, Index end, Moment moment, bool is_meant) {
  const Moment change = 2 * moment + (is_meant ? 1 : 0);
  while (begin < end) {
    const Index first = begin / kBlock * kBlock;
    const Index block_end = std::min(element_count_, first + kBlock);
    const Index piece_end = std::min(end, block_end);
    Block& block = *blocks_[static_cast<std::size_t>(begin / kBlock)];
    if (begin == first && piece_end == block_end) {
      block.change = change;
      block.changes.reset();
    } else {
      if (block.changes == nullptr) {
        block.changes = std::make_unique<std::array<Moment, kBlock>>();
        block.changes->fill(block.change);
      }
      const auto changes = block.changes->begin() - first;
      std::fill(changes + begin, changes + piece_end, change);
    }
    begin = piece_end;
  }
}

Moment ElementHistory::change_of(Index element) const {
  const Block* block = block_of(element);
  if (block == nullptr) return 0;
  if (block->changes == nullptr) return block->change;
  return (*block->changes)[static_cast<std::size_t>(element % kBlock)];
}

Moment ElementHistory::last_change(Index element) const { return change_of(element) / 2; }

bool ElementHistory::last_change_is_meant(Index element) const {
  return change_of(element) % 2 == 1;
}

/// `element` counts from the beginning of the block.
absl::InlinedVector<ElementHistory::Found, 8> ElementHistory::writes_of(const Block& block,
                                                                        Index element) const {
  absl::InlinedVector<Found, 8> found;
  absl::Span<const Write> alone;
  if (block.elements != nullptr) {
    alone = (*block.elements)[static_cast<std::size_t>(element)].writes;
  }
  const auto add_alone = [&](std::uint64_t until) {
    while (!alone.empty() && alone.front().stamp.order < until) {
      found.push_back({alone.front().stamp, alone.front().before.bytes.data()});
      alone.remove_prefix(1);
    }
  };
  for (const RowWrite& row : block.rows) {
    if (element < row.begin || element >= row.end) continue;
    add_alone(row.stamp.order);
    found.push_back({row.stamp, row.before.get() + (element - row.begin) * itemsize_});
  }
  add_alone(std::numeric_limits<std::uint64_t>::max());
  return found;
}

Bits ElementHistory::expected(Index element, const Value& value, const Bits& now) const {
  const Block* block = block_of(element);
  if (block == nullptr) return now;
  if (block->rows.empty()) {
    if (block->elements == nullptr) return now;
    const auto& writes = (*block->elements)[static_cast<std::size_t>(element % kBlock)].writes;
    const std::size_t at = write_after_own(writes, value);
    return at == writes.size() ? now : writes[at].before;
  }
  const auto writes = writes_of(*block, element % kBlock);
  const std::size_t at = write_after_own(writes, value);
  return at == writes.size() ? now : Bits::load(writes[at].before, itemsize_);
}

void ElementHistory::find_unexpected(Index begin, Index end, const Value& value,
                                     const std::byte* now,
                                     absl::FunctionRef<void(Index, const Bits&)> fn) const {
  const auto check_alone = [&](Index element, const std::byte* at) {
    const Bits found = Bits::load(at, itemsize_);
    const Bits wanted = expected(element, value, found);
    if (!(wanted == found)) fn(element, wanted);
  };
  while (begin < end) {
    const Index first = begin / kBlock * kBlock;
    Index piece_end = std::min(end, first + kBlock);
    const Block* block = block_of(begin);
    if (block == nullptr) {
      // Nothing was written here.
    } else if (block->elements != nullptr) {
      for (Index i = begin; i < piece_end; ++i) check_alone(i, now + (i - begin) * itemsize_);
    } else {
      // Up to where other rows begin or end, all elements have the same writes.
      Stamps stamps;
      absl::InlinedVector<const std::byte*, 8> before;
      for (const RowWrite& row : block->rows) {
        const Index row_begin = first + row.begin, row_end = first + row.end;
        if (row_end <= begin) continue;
        if (row_begin > begin) {
          piece_end = std::min(piece_end, row_begin);
          continue;
        }
        piece_end = std::min(piece_end, row_end);
        stamps.push_back(row.stamp);
        before.push_back(row.before.get() + (begin - row_begin) * itemsize_);
      }
      const std::size_t at = stamps.empty() ? 0 : write_after_own(stamps, value);
      const std::size_t size_bytes = static_cast<std::size_t>((piece_end - begin) * itemsize_);
      if (at < stamps.size() && std::memcmp(before[at], now, size_bytes) != 0) {
        for (Index i = begin; i < piece_end; ++i) {
          const Index offset = (i - begin) * itemsize_;
          const Bits wanted = Bits::load(before[at] + offset, itemsize_);
          if (!(wanted == Bits::load(now + offset, itemsize_))) fn(i, wanted);
        }
      }
    }
    now += (piece_end - begin) * itemsize_;
    begin = piece_end;
  }
}

}  // namespace cow::alsan

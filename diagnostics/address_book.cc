#include "cow/diagnostics/address_book.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cow/diagnostics/array_text.h"

namespace cow::alsan {
namespace {

constexpr std::size_t kMostFreed = 256;

/// Arrays of one element that are named; the tree has the rest.
constexpr int kMostArrays = 8;

/// How far from a buffer an address is still about it: what lies around it in an allocator.
constexpr std::ptrdiff_t kNearBytes = 64;

std::string frames_text(StackId site, const StackDepot& stacks, const ResolveOptions& resolving) {
  std::string text;
  int number = 0;
  for (const Frame& frame : resolve(stacks.get(site), resolving)) {
    absl::StrAppend(&text, "    #", number++, " ", frame.function, " ", frame.file);
    if (frame.line > 0) absl::StrAppend(&text, ":", frame.line);
    text += "\n";
  }
  return text;
}

/// "'row' float64 (3,) = a[1]".
std::string array_text(const ArrayRecord& array) {
  std::string text = absl::StrCat("'", name_of(array), "' ", dtype_name(array.dtype), " ",
                                  dims_text(to_dims(array.layout.shape())));
  if (array.made_from != nullptr) {
    absl::StrAppend(&text, " = ", name_of(*array.made_from), array.how_made);
  }
  return text;
}

}  // namespace

void AddressBook::note(const BufferRecord& buffer, std::shared_ptr<ArrayRecord> array) {
  alive_.try_emplace(buffer.memory, Entry{buffer.memory, buffer.memory + buffer.size_bytes, &buffer,
                                          std::move(array), 0});
}

void AddressBook::forget(const BufferRecord& buffer, StackId freed_at) {
  const auto found = alive_.find(buffer.memory);
  // Borrowed twice, memory is the first one's.
  if (found == alive_.end() || found->second.buffer != &buffer) return;
  found->second.buffer = nullptr;
  found->second.freed_at = freed_at;
  freed_.push_front(std::move(found->second));
  alive_.erase(found);
  if (freed_.size() > kMostFreed) freed_.pop_back();
}

const AddressBook::Entry* AddressBook::find(const std::byte* address) const {
  const auto next = alive_.upper_bound(address);
  if (next != alive_.begin()) {
    const Entry& before = std::prev(next)->second;
    if (address < before.end + kNearBytes) return &before;
  }
  if (next != alive_.end() && next->second.begin - address <= kNearBytes) return &next->second;
  return nullptr;
}

std::string AddressBook::about(const void* address, const StackDepot& stacks,
                               const ResolveOptions& resolving) const {
  const auto* const byte = static_cast<const std::byte*>(address);
  const Entry* entry = find(byte);
  if (entry == nullptr || byte < entry->begin || byte >= entry->end) {
    const auto was_there = [&](const Entry& freed) {
      return freed.begin <= byte && byte < freed.end;
    };
    const auto freed = std::ranges::find_if(freed_, was_there);
    if (freed != freed_.end()) entry = &*freed;
  }
  if (entry == nullptr) return "";

  std::string text = "AliasSanitizer: the address ";
  if (byte < entry->begin) {
    absl::StrAppend(&text, "is ", entry->begin - byte, " bytes before ");
  } else if (byte >= entry->end) {
    absl::StrAppend(&text, "is ", byte - entry->end, " bytes behind ");
  } else {
    absl::StrAppend(&text, entry->buffer == nullptr ? "was" : "is", " in ");
  }
  const ArrayRecord& first = *entry->first_array;
  absl::StrAppend(&text, "the memory of ", array_text(first), ", made at\n",
                  frames_text(first.made_at, stacks, resolving));
  if (entry->buffer == nullptr) {
    return absl::StrCat(text, "freed at\n", frames_text(entry->freed_at, stacks, resolving));
  }

  int count = 0;
  for (const Registry::TreeEntry& row : Registry::tree_of(*entry->buffer)) {
    Dims index;
    if (!row.array->is_alive || !index_of(*row.array, byte, &index)) continue;
    if (++count > kMostArrays) break;
    absl::StrAppend(&text, "It is ", element_text({name_of(*row.array), index}), " of ",
                    array_text(*row.array), ", made at\n",
                    frames_text(row.array->made_at, stacks, resolving));
  }
  return absl::StrCat(text, "View tree of buffer #", entry->buffer->number, ":\n",
                      tree_text(*entry->buffer));
}

}  // namespace cow::alsan

#ifndef COW_CORE_NODE_MEMORY_H_
#define COW_CORE_NODE_MEMORY_H_

#include <cstddef>
#include <new>

/// The memory of nodes. What dies on a thread is used again by that thread, without a call of the
/// allocator; a thread that frees more than it makes, or ends, hands its surplus to the others. It
/// is never given back: the process keeps what its nodes once needed.
namespace cow::internal {

/// False in builds for tools that find uses of freed memory, which must see each node freed: under
/// AddressSanitizer and MemorySanitizer, and where `COW_NODES_FROM_ALLOCATOR` is defined
/// (valgrind).
bool reuses_node_memory();

/// Room for one node that is not in use, in a chain of such.
struct FreeNode {
  FreeNode* next;
  // Of the first of a chain that is handed over:
  FreeNode* next_chain;
  int count;
};

/// What a thread has at hand: a chain that it takes from and adds to, and perhaps a full one.
/// Without a destructor, because static arrays die after the objects of the main thread.
struct FreeNodes {
  enum class Phase { kUnused, kOpen, kEnded };
  static constexpr int kChain = 64;

  FreeNode* first = nullptr;
  int room = 0;  // how many more the chain takes: none before the first use and after the end
  Phase phase = Phase::kUnused;
  FreeNode* full = nullptr;
};
extern constinit thread_local FreeNodes free_nodes;

/// The same as the functions below, where the chain is empty, or full, or memory is not reused.
void* take_node_memory_slow(std::size_t size_bytes);
void give_back_node_memory_slow(void* memory) noexcept;

/// Room for a node of `size_bytes`, which is the same for all. Errors: `std::bad_alloc`. O(1).
inline void* take_node_memory(std::size_t size_bytes) {
  FreeNodes& nodes = free_nodes;
  FreeNode* const taken = nodes.first;
  if (taken == nullptr) return take_node_memory_slow(size_bytes);
  nodes.first = taken->next;
  ++nodes.room;
  return taken;
}

/// On any thread. O(1).
inline void give_back_node_memory(void* memory) noexcept {
  FreeNodes& nodes = free_nodes;
  if (nodes.room == 0) return give_back_node_memory_slow(memory);
  FreeNode* const given = ::new (memory) FreeNode;
  given->next = nodes.first;
  nodes.first = given;
  --nodes.room;
}

}  // namespace cow::internal

#endif  // COW_CORE_NODE_MEMORY_H_

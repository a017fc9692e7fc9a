#include "cow/core/node_memory.h"

#include <pthread.h>

#include <mutex>
#include <utility>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define COW_NODES_FROM_ALLOCATOR
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(COW_NODES_FROM_ALLOCATOR)
#define COW_REUSES_NODE_MEMORY false
#else
#define COW_REUSES_NODE_MEMORY true
#endif

namespace cow::internal {

bool reuses_node_memory() { return COW_REUSES_NODE_MEMORY; }

constinit thread_local FreeNodes free_nodes;

namespace {

/// Chains that no thread has. Never destroyed: see `FreeNodes`.
constinit std::mutex depot_mutex;
constinit FreeNode* depot = nullptr;

void put_in_depot(FreeNode* chain, int count) noexcept {
  if (count == 0) return;
  chain->count = count;
  const std::lock_guard lock(depot_mutex);
  chain->next_chain = std::exchange(depot, chain);
}

/// A chain, or null.
FreeNode* take_from_depot() {
  const std::lock_guard lock(depot_mutex);
  FreeNode* const chain = depot;
  if (chain != nullptr) depot = chain->next_chain;
  return chain;
}

FreeNode* new_chain(std::size_t size_bytes) {
  std::byte* const memory = static_cast<std::byte*>(::operator new(FreeNodes::kChain* size_bytes));
  FreeNode* first = nullptr;
  for (std::size_t i = FreeNodes::kChain; i-- > 0;) {
    FreeNode* const node = ::new (memory + i * size_bytes) FreeNode;
    node->next = std::exchange(first, node);
  }
  first->count = FreeNodes::kChain;
  return first;
}

/// Empties the thread's chains when it ends.
struct HandOver {
  ~HandOver() {
    const FreeNodes nodes = std::exchange(free_nodes, FreeNodes{.phase = FreeNodes::Phase::kEnded});
    put_in_depot(nodes.first, FreeNodes::kChain - nodes.room);
    if (nodes.full != nullptr) put_in_depot(nodes.full, FreeNodes::kChain);
  }
};

void open(FreeNodes& nodes) {
  // A child process must not inherit the mutex from a thread that it does not inherit.
  static const int of_process = pthread_atfork(
      [] { depot_mutex.lock(); }, [] { depot_mutex.unlock(); }, [] { depot_mutex.unlock(); });
  static thread_local const HandOver at_end;
  static_cast<void>(of_process);
  static_cast<void>(at_end);
  nodes.phase = FreeNodes::Phase::kOpen;
  nodes.room = FreeNodes::kChain;
}

}  // namespace

void* take_node_memory_slow(std::size_t size_bytes) {
  if constexpr (!COW_REUSES_NODE_MEMORY) return ::operator new(size_bytes);
  FreeNodes& nodes = free_nodes;
  if (nodes.phase == FreeNodes::Phase::kUnused) open(nodes);
  FreeNode* chain = std::exchange(nodes.full, nullptr);
  if (chain == nullptr) chain = take_from_depot();
  if (chain == nullptr) chain = new_chain(size_bytes);
  FreeNode* const rest = chain->next;
  const int left = chain->count - 1;
  if (nodes.phase == FreeNodes::Phase::kOpen) {
    nodes.first = rest;
    nodes.room = FreeNodes::kChain - left;
  } else {
    put_in_depot(rest, left);
  }
  return chain;
}

void give_back_node_memory_slow(void* memory) noexcept {
  if constexpr (!COW_REUSES_NODE_MEMORY) return ::operator delete(memory);
  FreeNodes& nodes = free_nodes;
  switch (nodes.phase) {
    case FreeNodes::Phase::kUnused:
      open(nodes);
      break;
    case FreeNodes::Phase::kOpen:
      if (nodes.full != nullptr) put_in_depot(nodes.full, FreeNodes::kChain);
      nodes.full = std::exchange(nodes.first, nullptr);
      nodes.full->count = FreeNodes::kChain;
      nodes.room = FreeNodes::kChain;
      break;
    case FreeNodes::Phase::kEnded: {
      FreeNode* const alone = ::new (memory) FreeNode;
      alone->next = nullptr;
      return put_in_depot(alone, 1);
    }
  }
  give_back_node_memory(memory);
}

}  // namespace cow::internal

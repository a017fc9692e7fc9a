// Each allocation of an operation fails in turn: elements, handles and counts are as before, and
// the operation works afterwards.

#include <cstdlib>
#include <new>
#include <utility>

#include "cow/core/block_pool.h"
#include "cow/core/operators.h"
#include "cow/tests/array_testing.h"

namespace cow {
namespace {

using Numbers = std::vector<Index>;

/// Allocations of this thread that succeed from now on; negative: all.
thread_local Index allocations_left = -1;
/// Blocks that this thread has and has not freed.
thread_local Index live_blocks = 0;

class FailAfter {
 public:
  explicit FailAfter(Index allocations) { allocations_left = allocations; }
  ~FailAfter() { allocations_left = -1; }
};

void* allocate(std::size_t bytes, std::size_t alignment) {
  if (allocations_left == 0) throw std::bad_alloc();
  if (allocations_left > 0) --allocations_left;
  bytes = (bytes + alignment - 1) / alignment * alignment;
  void* block = std::aligned_alloc(alignment, bytes > 0 ? bytes : alignment);
  if (block == nullptr) throw std::bad_alloc();
  ++live_blocks;
  return block;
}

void deallocate(void* block) noexcept {
  if (block == nullptr) return;
  --live_blocks;
  std::free(block);
}

}  // namespace
}  // namespace cow

void* operator new(std::size_t bytes) { return cow::allocate(bytes, 16); }
void* operator new[](std::size_t bytes) { return cow::allocate(bytes, 16); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return cow::allocate(bytes, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  try {
    return cow::allocate(bytes, 16);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
void operator delete(void* block) noexcept { cow::deallocate(block); }
void operator delete[](void* block) noexcept { cow::deallocate(block); }
void operator delete(void* block, std::size_t) noexcept { cow::deallocate(block); }
void operator delete[](void* block, std::size_t) noexcept { cow::deallocate(block); }
void operator delete(void* block, std::align_val_t) noexcept { cow::deallocate(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept {
  cow::deallocate(block);
}

namespace cow {
namespace {

/// Arrays of several values on one buffer.
struct World {
  Ints a, copy, ref, part, scratch;

  explicit World(Shape shape) : a(numbered(shape)), copy(a), ref(a.ref()), part(a[{ellipsis, 0}]) {}

  std::vector<Numbers> contents() const {
    return {elements_of(a), elements_of(copy), elements_of(ref), elements_of(part)};
  }
  std::vector<const void*> places() const {
    return {address_of(a), address_of(copy), address_of(ref), address_of(part)};
  }
};

struct Operation {
  const char* name;
  void (*run)(World&);
};

// Each leaves `scratch` alone or makes it; the rest is what the test compares.
const Operation kOperations[] = {
    {"fill", [](World& w) { w.copy.fill(5); }},
    {"fill of a ref", [](World& w) { w.ref.fill(5); }},
    {"fill that gathers", [](World& w) { w.part.fill(5); }},
    {"element that gathers", [](World& w) { w.part[slice(0, 1)].fill(5); }},
    {"in place", [](World& w) { w.a[1] = 5; }},
    {"in place with a chain", [](World& w) { w.copy.T()[0].T() += 5; }},
    {"overlapping assignment", [](World& w) { w.a[slice(1, none)] = w.a[slice(none, -1)]; }},
    {"overlapping update", [](World& w) { w.copy += w.copy[slice(none, none, -1)]; }},
    {"assignment of another's elements", [](World& w) { w.ref.assign(w.copy); }},
    {"put",
     [](World& w) {
       w.part[index_list({0, -1})] = 9;
     }},
    {"put of a mask", [](World& w) { w.copy.put(w.copy > 3, 9); }},
    {"expression", [](World& w) { w.a[0] = w.a[1] * 2 - w.copy[0]; }},
    {"lease",
     [](World& w) {
       const internal::WriteLease lease(w.copy.handle().node(), internal::Receiver::kNamed);
     }},
    {"lease of a temporary",
     [](World& w) {
       Ints row = w.a[1];
       const internal::WriteLease lease(row.handle().node(), internal::Receiver::kTemporary);
     }},
    {"view",
     [](World& w) {
       w.scratch = w.a[{slice(none, none, -1), ellipsis}];
     }},
    {"view under a lease",
     [](World& w) {
       const internal::WriteLease lease(w.a.handle().node(), internal::Receiver::kNamed);
       w.scratch = w.a[0];
     }},
    {"handle copy", [](World& w) { w.scratch = w.ref; }},
    {"refs", [](World& w) { w.scratch = w.copy[1].ref(); }},
    {"base", [](World& w) { w.scratch = *w.ref.base(); }},
    {"copy", [](World& w) { w.scratch = w.part.copy(); }},
    {"lazy copy", [](World& w) { w.scratch = w.a.copy(); }},
    {"reshape",
     [](World& w) {
       w.scratch = w.a.reshape({1, -1, 1, 2, 1, 2});
     }},
    {"reshaping copy", [](World& w) { w.scratch = w.a.T().reshape({-1}); }},
    {"broadcast",
     [](World& w) {
       Dims shape(w.part.shape().begin(), w.part.shape().end());
       shape.insert(shape.begin(), 2);
       w.scratch = w.part.broadcast_to(shape);
     }},
    {"selection", [](World& w) { w.scratch = w.a[w.a > 2]; }},
    {"conversion", [](World& w) { w.scratch = w.a.astype<double>().astype<Index>(); }},
    {"label", [](World& w) { w.a.label("a name that is longer than a short string"); }},
};

class NoMemoryTest : public ModeTest {};

INSTANTIATE_TEST_SUITE_P(, NoMemoryTest, both_modes(), mode_name);

TEST_P(NoMemoryTest, EachAllocationFailsInTurn) {
  // Memory for nodes is kept for the next ones: enough from the start, so that counts of blocks
  // agree.
  std::vector<Ints>(200, numbered({1})).clear();
  const Index small_shape[] = {4, 1, 1, 2};
  const Index large_shape[] = {4, 3, 2, 2, 2, 1};  // dimensions that spill to the heap
  for (const Shape shape : {Shape(small_shape), Shape(large_shape)}) {
    for (const Operation& operation : kOperations) {
      SCOPED_TRACE(operation.name);
      World expected(shape);
      operation.run(expected);
      for (Index allowed = 0;; ++allowed) {
        World world(shape);
        const std::vector<Numbers> contents = world.contents();
        const std::vector<const void*> places = world.places();
        const int sharers = sharers_of(world.a);
        internal::free_kept_blocks();  // which failures do, too
        const Index blocks = live_blocks;
        bool failed = false;
        try {
          const FailAfter fail(allowed);
          operation.run(world);
        } catch (const std::bad_alloc&) {
          failed = true;
        }
        if (failed) {
          ASSERT_EQ(world.contents(), contents);
          // Memory that a value moved to before a later allocation failed is one buffer more.
          internal::free_kept_blocks();
          if (world.places() == places) {
            EXPECT_EQ(sharers_of(world.a), sharers);
            EXPECT_EQ(live_blocks, blocks) << "allocation " << allowed;
          }
          operation.run(world);
        }
        ASSERT_EQ(world.contents(), expected.contents());
        if (!failed) break;
      }
    }
  }
}

}  // namespace
}  // namespace cow

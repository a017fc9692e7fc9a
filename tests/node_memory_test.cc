#include "cow/core/node_memory.h"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "cow/tests/array_testing.h"
#include "cow/tests/counted_new.h"

namespace cow {
namespace {

using internal::FreeNodes;
using internal::give_back_node_memory;
using internal::reuses_node_memory;
using internal::take_node_memory;

constexpr std::size_t kNodeBytes = sizeof(internal::Node);

template <class Run>
void in_a_thread(Run run) {
  std::thread(run).join();
}

/// Bytes that `run` asks the allocator for.
template <class Run>
std::int64_t bytes_asked_for(Run run) {
  const std::int64_t before = allocated_bytes();
  run();
  return allocated_bytes() - before;
}

std::vector<void*> take(int count) {
  std::vector<void*> taken;
  for (int i = 0; i < count; ++i) {
    taken.push_back(take_node_memory(kNodeBytes));
    std::memset(taken.back(), i, kNodeBytes);
  }
  return taken;
}

void expect_untouched(const std::vector<void*>& taken) {
  for (std::size_t i = 0; i < taken.size(); ++i) {
    const std::string bytes(kNodeBytes, static_cast<char>(i));
    EXPECT_EQ(std::memcmp(taken[i], bytes.data(), kNodeBytes), 0) << i;
  }
}

void give_back(const std::vector<void*>& taken) {
  for (void* memory : taken) give_back_node_memory(memory);
}

TEST(NodeMemoryTest, EachIsOfOneOwner) {
  for (int count : {1, FreeNodes::kChain, 5 * FreeNodes::kChain + 3}) {
    const std::vector<void*> taken = take(count);
    EXPECT_EQ(std::ssize(std::set<void*>(taken.begin(), taken.end())), count);
    expect_untouched(taken);
    give_back(taken);
  }
}

TEST(NodeMemoryTest, IsUsedAgainByItsThread) {
  if (!reuses_node_memory()) GTEST_SKIP();
  constexpr int kCount = 7 * FreeNodes::kChain;
  std::vector<void*> taken = take(kCount);
  give_back(taken);
  const auto one_by_one = [&] {
    for (void*& memory : taken) memory = take_node_memory(kNodeBytes);
    for (void* memory : taken) give_back_node_memory(memory);
  };
  EXPECT_EQ(bytes_asked_for(one_by_one), 0);
}

TEST(NodeMemoryTest, IsUsedAgainWhereItWasGivenBack) {
  if (!reuses_node_memory()) GTEST_SKIP();
  constexpr int kCount = 3 * FreeNodes::kChain + 1;
  std::vector<void*> taken(kCount);
  const auto made_here_and_given_back_there = [&] {
    in_a_thread([&] {
      for (void*& memory : taken) memory = take_node_memory(kNodeBytes);
    });
    in_a_thread([&] {
      for (void* memory : taken) give_back_node_memory(memory);
    });
  };
  made_here_and_given_back_there();
  const std::int64_t of_threads = bytes_asked_for([] {
    in_a_thread([] {});
    in_a_thread([] {});
  });
  for (int round = 0; round < 5; ++round) {
    EXPECT_LE(bytes_asked_for(made_here_and_given_back_there), of_threads);
  }
}

class NodesTest : public ModeTest {};
INSTANTIATE_TEST_SUITE_P(Modes, NodesTest, both_modes(), mode_name);

/// What a name and an operation say, and what makes nothing but a view.
struct ViewMaker {
  const char* name;
  void (*make)(Ints&);
};
const ViewMaker kViewMakers[] = {
    {"slice", [](Ints& a) { Ints v = a[slice(1, 3)]; }},
    {"slices",
     [](Ints& a) {
       Ints v = a[{slice(1, -1), slice(none, none, -2), newaxis}];
     }},
    {"row", [](Ints& a) { Ints v = a[1]; }},
    {"row of const", [](Ints& a) { const Ints v = std::as_const(a)[1]; }},
    {"column",
     [](Ints& a) {
       Ints v = a[{all, 1}];
     }},
    {"T", [](Ints& a) { Ints v = a.T(); }},
    {"transpose",
     [](Ints& a) {
       Ints v = a.transpose({1, 0});
     }},
    {"swapaxes", [](Ints& a) { Ints v = a.swapaxes(0, 1); }},
    {"reshape",
     [](Ints& a) {
       Ints v = a.reshape({2, -1});
     }},
    {"reshape to four axes",
     [](Ints& a) {
       Ints v = a.reshape({2, 2, 2, 2});
     }},
    {"ravel", [](Ints& a) { Ints v = a.ravel(); }},
    {"expand_dims", [](Ints& a) { Ints v = a.expand_dims(1); }},
    {"squeeze", [](Ints& a) { Ints v = a.squeeze(); }},
    {"diagonal", [](Ints& a) { Ints v = a.diagonal(); }},
    {"flip", [](Ints& a) { Ints v = a.flip(); }},
    {"handle copy", [](Ints& a) { Ints v = a; }},
    {"ref", [](Ints& a) { Ints v = a.ref(); }},
    {"chain of temporaries",
     [](Ints& a) {
       Ints v = a[slice(1, -1)].T()[{all, slice(1, -1)}];
     }},
    {"chain on one name",
     [](Ints& a) {
       Ints v = a;
       for (int i = 0; i < 8; ++i) v = v[{slice(none, none, -1), ellipsis}];
     }},
    {"element", [](Ints& a) { a(1, 2) = a(2, 1); }},
};

TEST_P(NodesTest, AViewAsksNoAllocator) {
  if (!reuses_node_memory() || current_observer() != nullptr) GTEST_SKIP();
  Ints a = numbered({4, 4});
  for (const ViewMaker& maker : kViewMakers) {
    maker.make(a);
    const auto again = [&] {
      for (int i = 0; i < 1000; ++i) maker.make(a);
    };
    EXPECT_EQ(bytes_asked_for(again), 0) << maker.name;
  }
}

/// Array and views outlive the thread that made them.
TEST_P(NodesTest, OutliveTheirThread) {
  const Mode mode = GetParam();
  for (int round = 0; round < 20; ++round) {
    Ints a;
    std::vector<Ints> views;
    in_a_thread([&] {
      const ScopedMode of_thread(mode);
      a = numbered({500});
      for (Index i = 0; i < 500; ++i) views.push_back(a[slice(i, none)]);
    });
    for (Index i = 0; i < 500; ++i) ASSERT_EQ(views[static_cast<std::size_t>(i)](0), i);
    in_a_thread([dropped = std::move(views)]() mutable { dropped.clear(); });
    in_a_thread([&] {
      for (Index i = 0; i < 500; ++i) views.push_back(a[i].ref());
    });
    a = Ints();
    for (Index i = 0; i < 500; ++i) ASSERT_EQ(views[static_cast<std::size_t>(i)](), i);
  }
}

TEST_P(NodesTest, AMillionViews) {
  constexpr Index kCount = 1'000'000;
  Ints a = numbered({1000});
  const auto make_and_drop = [&] {
    std::vector<Ints> views;
    views.reserve(kCount);
    for (Index i = 0; i < kCount; ++i) views.push_back(a[slice(i % 1000, none)]);
    for (Index i = 0; i < kCount; i += 997) {
      ASSERT_EQ(views[static_cast<std::size_t>(i)](0), i % 1000);
    }
    for (Index i = 0; i < kCount; i += 2) views[static_cast<std::size_t>(i)] = Ints();
    for (Index i = 1; i < kCount; i += 2) {
      ASSERT_EQ(views[static_cast<std::size_t>(i)](0), i % 1000);
    }
  };
  make_and_drop();
  const std::int64_t of_vector = bytes_asked_for([&] { std::vector<Ints>().reserve(kCount); });
  const std::int64_t again = bytes_asked_for(make_and_drop);
  if (reuses_node_memory() && current_observer() == nullptr) {
    EXPECT_EQ(again, of_vector);
  }
}

/// A child process makes and drops nodes, whatever the other threads of its parent just did.
TEST(NodeMemoryTest, WorksInAChildProcess) {
  if (!reuses_node_memory()) GTEST_SKIP() << "the allocator may be locked in the child";
  std::atomic<bool> is_over = false;
  std::thread other([&] {
    while (!is_over) give_back(take(3 * FreeNodes::kChain));
  });
  for (int round = 0; round < 20; ++round) {
    const pid_t child = fork();
    if (child == 0) {
      alarm(60);  // a child that waits for a mutex ends, too
      const std::vector<void*> taken = take(3 * FreeNodes::kChain);
      give_back(taken);
      _exit(0);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  }
  is_over = true;
  other.join();
}

/// Dies after the main thread's objects: by then the thread's chains are handed over.
struct Last {
  Ints a, view;
  ~Last() {
    std::vector<Ints> views;
    for (int i = 0; i < 3 * FreeNodes::kChain; ++i) views.push_back(a[slice(i % 4, none)]);
    for (int i = 0; i < std::ssize(views); ++i) {
      if (views[static_cast<std::size_t>(i)](0) != i % 4) std::abort();
    }
    if (view(0) != 1) std::abort();
  }
};
Last last;

TEST(NodeMemoryTest, StaticArraysDieAfterTheThreadsObjects) {
  last.a = numbered({4});
  last.view = last.a[slice(1, none)];
  EXPECT_EQ(last.view(0), 1);
}

}  // namespace
}  // namespace cow

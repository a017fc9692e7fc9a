#include "cow/core/observer.h"

#include <map>
#include <string>
#include <utility>

#include "cow/core/view_tree.h"
#include "cow/tests/array_testing.h"

namespace cow {
namespace {

Ints unobserved = numbered({4});
CountingObserver observer;
const bool is_installed = install_observer(&observer);

using Told = std::map<std::string, Index>;

Told counts() {
  return {{"allocate", observer.allocations}, {"view", observer.views},
          {"read", observer.reads},           {"write", observer.writes},
          {"refuse", observer.refusals},      {"detach", observer.detaches},
          {"bytes", observer.detached_bytes}, {"release", observer.releases},
          {"free", observer.frees},           {"label", observer.labels},
          {"record", observer.records}};
}

/// The events of `act`; "record": nodes that have one, "bytes": copied by detaches.
template <class Act>
Told told(Act act) {
  const Told before = counts();
  act();
  Told changed;
  for (const auto& [name, count] : counts()) {
    if (count != before.at(name)) changed[name] = count - before.at(name);
  }
  return changed;
}

class ObserverTest : public ModeTest {};
INSTANTIATE_TEST_SUITE_P(Modes, ObserverTest, both_modes(), mode_name);

TEST(Install, HappensOnce) {
  EXPECT_TRUE(is_installed);
  CountingObserver second;
  EXPECT_FALSE(install_observer(&second));
  EXPECT_EQ(current_observer(), &observer);
}

TEST(Install, LeavesArraysMadeBeforeAlone) {
  EXPECT_EQ(told([] {
              Ints view = unobserved[slice(0, 2)];
              view.label("view").fill(view(0) + unobserved.span<1>()(1));
              view.set_writeable(false);
              EXPECT_THROW(view.fill(0), ReadOnlyError);
              EXPECT_NE(view_tree(view), observer.view_tree_text(view.handle().node()));
            }),
            Told());
}

TEST_P(ObserverTest, IsToldOfEachOperation) {
  Ints a, view, copy;
  EXPECT_EQ(told([&] { a = numbered({4}); }), Told({{"allocate", 1}, {"record", 1}}));
  EXPECT_EQ(told([&] { view = a[slice(0, 2)]; }), Told({{"view", 1}, {"record", 1}}));
  EXPECT_EQ(told([&] { EXPECT_EQ(a(1), 1); }), Told({{"read", 1}}));
  EXPECT_EQ(told([&] { EXPECT_EQ(view.sum(), 1); }), Told({{"read", 1}}));
  EXPECT_EQ(told([&] { a.label("a"); }), Told({{"label", 1}}));
  EXPECT_EQ(view_tree(a), "the observer's tree\n");
  Told write{{"write", 1}};
  if (copies_on_write()) write.insert({{"detach", 1}, {"bytes", 2 * sizeof(Index)}});
  EXPECT_EQ(told([&] { view.fill(7); }), write);
  EXPECT_EQ(told([&] { view(1) = 8; }), Told({{"write", 1}}));
  view.set_writeable(false);
  EXPECT_EQ(told([&] { EXPECT_THROW(view(1) = 9, ReadOnlyError); }), Told({{"refuse", 1}}));
  EXPECT_EQ(told([&] { Ints moved(std::move(view)), again(std::move(moved)); }),
            copies_on_write() ? Told({{"release", 1}, {"record", -1}, {"free", 1}})
                              : Told({{"release", 1}, {"record", -1}}));
  EXPECT_EQ(told([&] { copy = a; }), Told({{"view", 1}, {"record", 1}}));
  // The owner's node stays until nothing is made from it.
  EXPECT_EQ(told([&] { a = Ints(); }), Told({{"release", 1}}));
  EXPECT_EQ(told([&] { copy = Ints(); }), Told({{"release", 1}, {"record", -2}, {"free", 1}}));
}

TEST_P(ObserverTest, IsToldWhenATemporaryTurnsIntoAView) {
  Ints a = numbered({2, 3});
  EXPECT_EQ(told([&] { Ints view = a[0][slice(1, 3)][slice(0, 1)]; }),
            Told({{"view", 3}, {"release", 1}}));
}

}  // namespace
}  // namespace cow

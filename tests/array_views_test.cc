// Which layouts views have: view_layout_test and tests/numpy. Here: whom each view writes, what it
// shares, and what becomes of the array that it is made from.
#include "cow/core/array_views.h"

#include <string>
#include <utility>

#include "cow/core/operators.h"
#include "cow/tests/array_testing.h"

namespace cow {
namespace {

class ArrayViewsTest : public ModeTest {
 protected:
  /// Calls `check` with the name of each view of a (2, 1, 3) array, how it is made of any receiver,
  /// and whether it stretches the elements.
  template <class Check>
  void for_each_view(Check check) {
    using std::forward;
    check("reshape", false, [](auto&& a) { return forward<decltype(a)>(a).reshape({3, -1}); });
    check("view_as", false, [](auto&& a) { return forward<decltype(a)>(a).view_as({6}); });
    check("ravel", false, [](auto&& a) { return forward<decltype(a)>(a).ravel(); });
    check("T", false, [](auto&& a) { return forward<decltype(a)>(a).T(); });
    check("transpose", false, [](auto&& a) { return forward<decltype(a)>(a).transpose(); });
    check("transpose by axes", false, [](auto&& a) {
      return forward<decltype(a)>(a).transpose({2, 0, 1});
    });
    check("swapaxes", false, [](auto&& a) { return forward<decltype(a)>(a).swapaxes(0, -1); });
    check("squeeze", false, [](auto&& a) { return forward<decltype(a)>(a).squeeze(); });
    check("squeeze an axis", false, [](auto&& a) { return forward<decltype(a)>(a).squeeze(1); });
    check("expand_dims", false, [](auto&& a) { return forward<decltype(a)>(a).expand_dims(-1); });
    check("diagonal", false, [](auto&& a) { return forward<decltype(a)>(a).diagonal(0, 0, 2); });
    check("flip", false, [](auto&& a) { return forward<decltype(a)>(a).flip({0, 2}); });
    check("as_strided", false, [](auto&& a) {
      return forward<decltype(a)>(a).as_strided({2, 2}, {24, 8});
    });
    check("broadcast_to", true, [](auto&& a) {
      return forward<decltype(a)>(a).broadcast_to({2, 2, 2, 3});
    });
    check("sliding_window_view", true, [](auto&& a) {
      return forward<decltype(a)>(a).sliding_window_view({1, 1, 2});
    });
  }
};

INSTANTIATE_TEST_SUITE_P(, ArrayViewsTest, both_modes(), mode_name);

/// The elements of `a` with those that `view` shows set to `value`.
std::vector<Index> with_view_set(const Ints& a, const Ints& view, Index value) {
  std::vector<Index> elements = elements_of(a);
  for (Index element : elements_of(view)) elements[static_cast<std::size_t>(element)] = value;
  return elements;
}

TEST_P(ArrayViewsTest, NamedViewsShareMemoryAndWriteThemselves) {
  for_each_view([&](const std::string& name, bool stretches, auto make) {
    SCOPED_TRACE(name);
    Ints a = numbered({2, 1, 3});
    Ints view = make(a);
    const std::vector<Index> shown = elements_of(view);
    EXPECT_EQ(&view.handle().node().current_buffer(), &a.handle().node().current_buffer());
    EXPECT_EQ(view.parent().has_value(), !copies_on_write());
    const std::vector<Index> written = with_view_set(a, view, -1);
    if (stretches && !copies_on_write()) {
      EXPECT_FALSE(view.is_writeable());
      EXPECT_THROW(view.fill(-1), ReadOnlyError);
      EXPECT_EQ(elements_of(view), shown);
      return;
    }
    EXPECT_TRUE(view.is_writeable());
    view.fill(-1);
    EXPECT_EQ(elements_of(view), std::vector<Index>(shown.size(), -1));
    EXPECT_EQ(elements_of(a), copies_on_write() ? count_up(6) : written);
  });
}

TEST_P(ArrayViewsTest, TemporariesWriteWhatTheyWereMadeFrom) {
  for_each_view([&](const std::string& name, bool stretches, auto make) {
    SCOPED_TRACE(name);
    Ints a = numbered({2, 1, 3});
    const std::vector<Index> written = with_view_set(a, make(a), -1);
    if (stretches) {
      EXPECT_THROW(make(a).fill(-1), ReadOnlyError);
      EXPECT_EQ(elements_of(a), count_up(6));
    } else {
      make(a).fill(-1);
      EXPECT_EQ(elements_of(a), written);
    }
  });
}

TEST_P(ArrayViewsTest, TemporariesTurnIntoTheirViews) {
  for_each_view([&](const std::string& name, bool, auto make) {
    SCOPED_TRACE(name);
    Ints a = numbered({2, 1, 3});
    const std::vector<Index> shown = elements_of(make(a));
    Ints dying = a[all];
    const internal::Node* node = dying.handle().get();
    const Ints view = make(std::move(dying));
    EXPECT_EQ(view.handle().get(), node);
    EXPECT_EQ(dying.size(), 0);
    EXPECT_EQ(elements_of(view), shown);
  });
}

TEST_P(ArrayViewsTest, ViewsOfConstAreReadOnly) {
  for_each_view([&](const std::string& name, bool, auto make) {
    SCOPED_TRACE(name);
    const Ints a = numbered({2, 1, 3});
    auto view = make(a);
    EXPECT_FALSE(view.is_writeable());
    EXPECT_THROW(view.fill(-1), ReadOnlyError);
    EXPECT_EQ(elements_of(a), count_up(6));
  });
}

TEST_P(ArrayViewsTest, ReshapesThatStridesForbidAreCopies) {
  Ints a = numbered({2, 3});
  const std::vector<Index> by_columns = {0, 3, 1, 4, 2, 5};
  Ints columns = a.T();
  for (Ints copy : {columns.reshape({6}), columns.ravel(), a.T().reshape({-1}), a.T().ravel()}) {
    EXPECT_EQ(elements_of(copy), by_columns);
    copy.fill(-1);
  }
  EXPECT_EQ(elements_of(a), count_up(6));
  EXPECT_THROW(columns.view_as({6}), std::invalid_argument);
  EXPECT_THROW(a.T().view_as({6}), std::invalid_argument);
  // The temporary that was copied is given up before the statement ends.
  EXPECT_EQ(std::move(columns).ravel().size(), 6);
  EXPECT_EQ(columns.size(), 0);
}

TEST_P(ArrayViewsTest, AfterAnErrorNothingHasChanged) {
  Ints a = numbered({2, 1, 3});
  const auto refused = [&](auto call, const std::string& text) {
    try {
      call();
      FAIL() << text;
    } catch (const std::logic_error& error) {
      EXPECT_EQ(error.what(), text);
    }
    EXPECT_EQ(elements_of(a), count_up(6));
    EXPECT_EQ(sharers_of(a), 1);
  };
  refused([&] { a.reshape({4, 2}); }, "cannot reshape array of size 6 into shape (4, 2)");
  refused([&] { a.transpose({0, 1}); }, "axes (0, 1) don't match array of shape (2, 1, 3)");
  refused([&] { a.squeeze(0); },
          "cannot select an axis to squeeze out which has size not equal to one: axis 0 of shape "
          "(2, 1, 3)");
  refused([&] { a.swapaxes(0, 3); }, "axis 3 is out of bounds for array of dimension 3");
  refused([&] { a.flip(-4); }, "axis -4 is out of bounds for array of dimension 3");
  refused([&] { a.expand_dims(4); }, "axis 4 is out of bounds for array of dimension 4");
}

}  // namespace
}  // namespace cow

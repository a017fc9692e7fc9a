#include "cow/tests/naive_index.h"

#include <algorithm>
#include <numeric>

namespace cow {
namespace {

SliceBound random_bound(Random& random, Index extent) {
  if (random_number(random, 0, 3) == 0) return none;
  return random_number(random, -extent - 1, extent + 1);
}

}  // namespace

void for_each_position(Shape shape, const std::function<void(const std::vector<Index>&)>& visit) {
  std::vector<Index> position(shape.size(), 0);
  for (Index extent : shape) {
    if (extent == 0) return;
  }
  while (true) {
    visit(position);
    int axis = static_cast<int>(shape.size()) - 1;
    while (axis >= 0 && ++position[static_cast<std::size_t>(axis)] == shape[axis]) {
      position[static_cast<std::size_t>(axis--)] = 0;
    }
    if (axis < 0) return;
  }
}

Index flat(Shape shape, absl::Span<const Index> position) {
  Index number = 0;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    number = number * shape[axis] + position[axis];
  }
  return number;
}

NaiveView naive_view(Shape shape, Shape to,
                     const std::function<std::vector<Index>(std::vector<Index>)>& source_of) {
  NaiveView view{Dims(to.begin(), to.end()), {}};
  for_each_position(to, [&](const std::vector<Index>& position) {
    view.positions.push_back(flat(shape, source_of(position)));
  });
  return view;
}

Index random_number(Random& random, Index lowest, Index highest) {
  return std::uniform_int_distribution<Index>(lowest, highest)(random);
}

Dims random_shape(Random& random, int max_ndim) {
  Dims shape(static_cast<std::size_t>(random_number(random, 0, max_ndim)));
  for (Index& extent : shape) {
    extent = random_number(random, 0, 15) == 0 ? 0 : random_number(random, 1, 4);
  }
  return shape;
}

Dims random_long_shape(Random& random, int max_ndim, Index longest) {
  Dims shape(static_cast<std::size_t>(random_number(random, 0, max_ndim)));
  Index size = 1;
  for (Index& extent : shape) {
    extent = random_number(random, 0, 3) == 0 ? random_number(random, 3, longest)
                                              : random_number(random, 1, 4);
    if (random_number(random, 0, 60) == 0) extent = 0;
    if (size * extent > 20'000) extent = 1;
    size *= std::max<Index>(extent, 1);
  }
  return shape;
}

std::vector<IndexItem> random_items(Random& random, Shape shape) {
  std::vector<IndexItem> items;
  const std::size_t named = static_cast<std::size_t>(random_number(random, 0, shape.size()));
  // An ellipsis stands where the axes after it are the last ones.
  const std::size_t ellipsis_at = random_number(random, 0, 2) == 0
                                      ? static_cast<std::size_t>(random_number(random, 0, named))
                                      : named + 1;
  for (std::size_t i = 0; i <= named; ++i) {
    if (random_number(random, 0, 7) == 0) items.push_back(newaxis);
    if (i == ellipsis_at) items.push_back(ellipsis);
    if (i == named) break;
    const Index extent = shape[i < ellipsis_at ? i : shape.size() - named + i];
    if (extent > 0 && random_number(random, 0, 2) == 0) {
      items.push_back(random_number(random, -extent, extent - 1));
    } else if (random_number(random, 0, 4) == 0) {
      items.push_back(all);
    } else {
      Slice slice{random_bound(random, extent), random_bound(random, extent), none};
      const Index step = random_number(random, -3, 3);
      if (step != 0) slice.step = step;
      items.push_back(slice);
    }
  }
  return items;
}

std::vector<Index> naive_slice(const Slice& slice, Index extent) {
  const Index step = slice.step.present() ? slice.step.value() : 1;
  const auto bound = [&](const SliceBound& given, Index otherwise) {
    if (!given.present()) return otherwise;
    const Index value = given.value() < 0 ? given.value() + extent : given.value();
    return std::max<Index>(-1, std::min(value, extent));
  };
  std::vector<Index> positions;
  if (step > 0) {
    const Index stop = bound(slice.stop, extent);
    for (Index i = std::max<Index>(0, bound(slice.start, 0)); i < stop; i += step) {
      positions.push_back(i);
    }
  } else {
    const Index stop = bound(slice.stop, -1);
    for (Index i = std::min(extent - 1, bound(slice.start, extent - 1)); i > stop; i += step) {
      positions.push_back(i);
    }
  }
  return positions;
}

NaiveView naive_index(Shape shape, IndexItems items) {
  const auto names_an_axis = [](const IndexItem& item) {
    return item.kind() == IndexItem::Kind::kInteger || item.kind() == IndexItem::Kind::kSlice;
  };
  const auto named = std::count_if(items.begin(), items.end(), names_an_axis);
  std::vector<IndexItem> full(items.begin(), items.end());
  const auto is_ellipsis = [](const IndexItem& item) {
    return item.kind() == IndexItem::Kind::kEllipsis;
  };
  auto gap = std::find_if(full.begin(), full.end(), is_ellipsis);
  if (gap != full.end()) gap = full.erase(gap);
  full.insert(gap, shape.size() - static_cast<std::size_t>(named), all);

  NaiveView view;
  std::vector<std::vector<Index>> taken;  // of each axis of the source
  std::vector<int> axis_of;               // of each axis of the view: the source's, or -1
  for (const IndexItem& item : full) {
    const int axis = static_cast<int>(taken.size());
    if (item.kind() == IndexItem::Kind::kNewAxis) {
      axis_of.push_back(-1);
      view.shape.push_back(1);
    } else if (item.kind() == IndexItem::Kind::kInteger) {
      taken.push_back({item.position() < 0 ? item.position() + shape[axis] : item.position()});
    } else {
      taken.push_back(naive_slice(item.slice(), shape[axis]));
      axis_of.push_back(axis);
      view.shape.push_back(static_cast<Index>(taken.back().size()));
    }
  }
  for_each_position(view.shape, [&](const std::vector<Index>& position) {
    std::vector<Index> source;
    for (const std::vector<Index>& positions : taken) {
      source.push_back(positions.empty() ? 0 : positions[0]);
    }
    for (std::size_t k = 0; k < position.size(); ++k) {
      if (axis_of[k] < 0) continue;
      const std::size_t axis = static_cast<std::size_t>(axis_of[k]);
      source[axis] = taken[axis][static_cast<std::size_t>(position[k])];
    }
    view.positions.push_back(flat(shape, source));
  });
  return view;
}

NaiveView naive_transpose(Shape shape, absl::Span<const Index> axes) {
  Dims to;
  for (Index axis : axes) to.push_back(shape[axis]);
  return naive_view(shape, to, [&](const std::vector<Index>& position) {
    std::vector<Index> source(shape.size());
    for (std::size_t k = 0; k < axes.size(); ++k) {
      source[static_cast<std::size_t>(axes[k])] = position[k];
    }
    return source;
  });
}

NaiveView naive_broadcast(Shape shape, Shape to) {
  const std::size_t extra = to.size() - shape.size();
  return naive_view(shape, to, [&](const std::vector<Index>& position) {
    std::vector<Index> source;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      source.push_back(shape[axis] == 1 ? 0 : position[extra + axis]);
    }
    return source;
  });
}

}  // namespace cow

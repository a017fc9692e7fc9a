#include <cstdint>
#include <iostream>

#include "cow/cow.h"
#include "cow/examples/sections.h"
#include "cow/examples/text.h"

namespace tour {

// Static rather than in an unnamed namespace, which would clutter the reports.
using cow::all;
using cow::array;
using cow::index_list;
using cow::slice;
static void views() {
  auto original_array = array<std::int64_t>({1, 2, 3, 4, 5, 6}).label("original_array");
  auto array_view = original_array[slice(1, 4)].label("array_view");
  std::cout << "Original array: " << original_array << "\n";
  std::cout << "Array view: " << array_view << "\n";
  std::cout << "View shares data: " << true_or_false(shares_memory(original_array, array_view))
            << "\n";

  array_view(0) = 999;
  std::cout << "After modifying view: " << original_array << "\n";
}

static void copy_function() {
  auto original = array<std::int64_t>({{1, 2}, {3, 4}});
  auto copied_array = cow::copy(original);
  std::cout << "Original array:\n" << original << "\n";
  std::cout << "Copied array:\n" << copied_array << "\n";
  std::cout << "Arrays share memory: " << true_or_false(shares_memory(original, copied_array))
            << "\n";
}

static void copy_method() {
  auto original = array<std::int64_t>({10, 20, 30, 40});
  auto array_copy = original.copy();
  array_copy(0) = 999;
  std::cout << "Original remains unchanged: " << original << "\n";
  std::cout << "Copy is modified: " << array_copy << "\n";
}

static void slicing() {
  auto matrix = array<std::int64_t>({{1, 2, 3}, {4, 5, 6}, {7, 8, 9}});
  auto row_view = matrix[1];
  auto column_view = matrix[{all, 1}];
  auto subarray_view = matrix[{slice(1, 3), slice(0, 2)}];
  std::cout << "Row view shares memory: " << true_or_false(shares_memory(matrix, row_view)) << "\n";
  std::cout << "Column view shares memory: " << true_or_false(shares_memory(matrix, column_view))
            << "\n";
  std::cout << "Subarray view shares memory: "
            << true_or_false(shares_memory(matrix, subarray_view)) << "\n";
}

static void reshaping() {
  auto original = array<std::int64_t>({1, 2, 3, 4, 5, 6});
  auto reshaped = original.reshape({2, 3});
  std::cout << "Original shape: " << shape_text(original.shape()) << "\n";
  std::cout << "Reshaped array:\n" << reshaped << "\n";
  std::cout << "Reshape creates view: " << true_or_false(shares_memory(original, reshaped)) << "\n";
}

static void transposing() {
  auto matrix = array<std::int64_t>({{1, 2}, {3, 4}});
  auto transposed = matrix.T();
  std::cout << "Original matrix:\n" << matrix << "\n";
  std::cout << "Transposed matrix:\n" << transposed << "\n";
  std::cout << "Transpose is view: " << true_or_false(shares_memory(matrix, transposed)) << "\n";
}

static void operations_that_copy() {
  auto arr = array<std::int64_t>({10, 20, 30, 40, 50});
  auto fancy_indexed = arr[index_list({0, 2, 4})];
  std::cout << "Fancy indexing creates copy: " << true_or_false(!shares_memory(arr, fancy_indexed))
            << "\n";

  auto data = array<std::int64_t>({1, 2, 3, 4, 5});
  auto mask = data > 2;
  auto filtered_data = data[mask];
  std::cout << "Boolean indexing creates copy: "
            << true_or_false(!shares_memory(data, filtered_data)) << "\n";
}

static void checking() {
  auto arr1 = array<std::int64_t>({1, 2, 3, 4});
  auto arr2 = arr1[slice(1, 3)];
  auto arr3 = arr1.copy();
  std::cout << "arr1 and arr2 share memory: " << true_or_false(shares_memory(arr1, arr2)) << "\n";
  std::cout << "arr1 and arr3 share memory: " << true_or_false(shares_memory(arr1, arr3)) << "\n";
  std::cout << "arr1 may share memory with arr2: " << true_or_false(may_share_memory(arr1, arr2))
            << "\n";

  auto original = array<std::int64_t>({1, 2, 3, 4});
  auto view = original[slice(1, 3)];
  auto copy = original.copy();
  std::cout << "View base is original: " << true_or_false(view.base() && view.base()->is(original))
            << "\n";
  std::cout << "Copy base is None: " << true_or_false(!copy.base()) << "\n";
}

static void large_arrays() {
  auto large_array = cow::random_uniform<double>({1000, 1000}, 1);
  auto subset_view = large_array[{slice(100, 200), slice(100, 200)}];
  std::cout << "View memory usage: "
            << (shares_memory(large_array, subset_view) ? "minimal additional overhead"
                                                        : "allocates new memory")
            << "\n";
  auto subset_copy = large_array[{slice(100, 200), slice(100, 200)}].copy();
  std::cout << "Copy memory usage: "
            << (shares_memory(large_array, subset_copy) ? "minimal additional overhead"
                                                        : "allocates new memory")
            << "\n";
}

static void safe_modification() {
  auto original_data = array<std::int64_t>({1, 2, 3, 4, 5});
  auto modified_data =
      safe_modify(original_data, [](const cow::Array<std::int64_t>& x) { return x * 2; });
  std::cout << "Original data unchanged: " << original_data << "\n";
  std::cout << "Modified data: " << modified_data << "\n";
}

void run_snippets() {
  views();
  copy_function();
  copy_method();
  slicing();
  reshaping();
  transposing();
  operations_that_copy();
  checking();
  large_arrays();
  safe_modification();
}

}  // namespace tour

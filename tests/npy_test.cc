#include "cow/interop/npy.h"

#include <cstdint>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

#include "cow/core/mode.h"
#include "cow/core/operators.h"
#include "cow/tests/oracle/element_types.h"
#include "cow/tests/oracle/npy_facts.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cow {
namespace {

using ::testing::HasSubstr;

std::string scratch(const std::string& name) { return ::testing::TempDir() + "/" + name; }

TEST(NpyTest, WhatIsSavedIsLoaded) {
  const auto a = arange<double>(24).reshape({2, 3, 4});
  const std::string path = scratch("round_trip.npy");
  for (const Array<double>& saved : {a, a.T(), a[{all, slice(none, none, -2), 1}], a[{0, 0, 0}],
                                     a[slice(0, 0)], a.transpose({1, 0, 2})}) {
    ASSERT_TRUE(save_npy(path, saved).ok());
    const auto loaded = load_npy<double>(path);
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    EXPECT_EQ(loaded->shape(), saved.shape());
    EXPECT_TRUE((*loaded == saved).all());
  }
}

TEST(NpyTest, LoadedArraysAreTheirOwn) {
  const std::string path = scratch("own.npy");
  ASSERT_TRUE(save_npy(path, ones<int>({3})).ok());
  auto first = *load_npy<int>(path);
  auto second = *load_npy<int>(path);
  first.fill(5);
  EXPECT_EQ(second.sum(), 3);
  EXPECT_EQ(load_npy<int>(path)->sum(), 3);
}

TEST(NpyTest, ErrorsNameTheFileAndTheReason) {
  const std::string path = scratch("doubles.npy");
  ASSERT_TRUE(save_npy(path, ones<double>({100})).ok());
  const auto expect_error = [](const std::string& file, const char* reason) {
    const absl::Status status = load_npy<float>(file).status();
    EXPECT_FALSE(status.ok());
    EXPECT_THAT(std::string(status.message()), HasSubstr(file));
    EXPECT_THAT(std::string(status.message()), HasSubstr(reason));
  };
  expect_error(path, "float64");
  expect_error(scratch("missing.npy"), "No such file");
  expect_error(::testing::TempDir(), "directory");
  const std::string half = scratch("half.npy");
  std::filesystem::copy_file(path, half, std::filesystem::copy_options::overwrite_existing);
  std::filesystem::resize_file(half, std::filesystem::file_size(path) / 2);
  const absl::Status cut = load_npy<double>(half).status();
  EXPECT_FALSE(cut.ok());
  EXPECT_THAT(std::string(cut.message()), HasSubstr(half));
}

// ---- mapped files -------------------------------------------------------------------------------

constexpr char kFacts[] = "tests/oracle/facts/npy/";
constexpr Mmap kWays[] = {Mmap::kReadOnly, Mmap::kCopyOnWrite};

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// Does this process map the file?
bool is_mapped(const std::string& path) {
  std::ifstream maps("/proc/self/maps");
  const std::string file = std::filesystem::canonical(path);
  for (std::string line; std::getline(maps, line);) {
    if (line.find(file) != std::string::npos) return true;
  }
  return false;
}

class NpyMapTest : public ::testing::TestWithParam<Mode> {
 protected:
  NpyMapTest() { save_npy(path_, arange<double>(24).reshape({2, 3, 4})).IgnoreError(); }

  const ScopedMode mode_{GetParam()};
  const std::string path_ =
      scratch(GetParam() == Mode::kView ? "mapped_view.npy" : "mapped_copy_on_write.npy");
};

INSTANTIATE_TEST_SUITE_P(Modes, NpyMapTest, ::testing::Values(Mode::kView, Mode::kCopyOnWrite));

TEST_P(NpyMapTest, ElementsOfEveryTypeAreWhatLoadGives) {
  for (int code = 0; code < kDTypeCount; ++code) {
    testing::with_element_type(static_cast<DType>(code), [&](auto type) {
      using E = typename decltype(type)::type;
      const Array<E> a = arange<int>(24).reshape({2, 3, 4}).astype<E>();
      for (const Array<E>& saved : {a, a.T(), a[{1, 2, 3}], a[slice(0, 0)]}) {
        ASSERT_TRUE(save_npy(path_, saved).ok());
        const Array<E> loaded = *load_npy<E>(path_);
        for (const Mmap way : kWays) {
          const absl::StatusOr<Array<E>> mapped = load_npy<E>(path_, way);
          ASSERT_TRUE(mapped.ok()) << mapped.status();
          EXPECT_EQ(mapped->shape(), loaded.shape());
          EXPECT_EQ(mapped->strides(), loaded.strides());
          EXPECT_TRUE((*mapped == loaded).all()) << dtype_name(dtype_of<E>);
          EXPECT_EQ(mapped->is_writeable(), way == Mmap::kCopyOnWrite);
        }
      }
    });
  }
}

TEST_P(NpyMapTest, FilesOfNumPyAreMappedOrRefused) {
  int mapped = 0, refused = 0;
  for (const testing::NpyFact& fact : testing::read_npy_facts(std::string(kFacts) + "facts.json")) {
    const std::string path = kFacts + fact.file;
    SCOPED_TRACE(path);
    if (!fact.numpy || !fact.numpy->dtype) {
      for (const Mmap way : kWays) EXPECT_FALSE(load_npy<std::int64_t>(path, way).ok());
      EXPECT_FALSE(is_mapped(path));
      continue;
    }
    testing::with_element_type(*fact.numpy->dtype, [&](auto type) {
      using E = typename decltype(type)::type;
      const absl::StatusOr<Array<E>> loaded = load_npy<E>(path);
      for (const Mmap way : kWays) {
        const absl::StatusOr<Array<E>> array = load_npy<E>(path, way);
        ++(array.ok() ? mapped : refused);
        if (array.ok()) {
          EXPECT_TRUE(is_mapped(path));
          EXPECT_EQ(to_string(*array), to_string(*loaded));
        } else if (loaded.ok()) {
          EXPECT_EQ(array.status().code(), absl::StatusCode::kFailedPrecondition);
          EXPECT_THAT(std::string(array.status().message()),
                      HasSubstr(fact.numpy->is_big_endian ? "byte order" : "not aligned"));
          EXPECT_TRUE(fact.numpy->is_big_endian || !fact.is_valid);
        } else {
          EXPECT_EQ(array.status(), loaded.status());
        }
      }
    });
    EXPECT_FALSE(is_mapped(path));
  }
  EXPECT_GE(mapped, 2 * 37);
  EXPECT_GE(refused, 2 * 3);
}

TEST_P(NpyMapTest, WhatIsWrittenNeverReachesTheFile) {
  const std::string before = content_of(path_);
  auto a = *load_npy<double>(path_, Mmap::kCopyOnWrite);
  auto copy = a;
  auto row = a[1];
  auto turned = a.T();
  a[{0, 0, 0}] = -1.0;
  copy(0, 0, 1) = -2;
  row.fill(-3);
  turned[{3, 2, 0}] += 100.0;
  EXPECT_TRUE(content_of(path_) == before);
  EXPECT_EQ(a(0, 0, 0), -1);
  EXPECT_EQ(copy(0, 0, 1), -2);
  EXPECT_EQ(row.sum(), -36);
  EXPECT_EQ(turned(3, 2, 0), 111);
  const bool is_view_mode = GetParam() == Mode::kView;
  EXPECT_EQ(a(0, 0, 1), is_view_mode ? -2 : 1);
  EXPECT_EQ(a(1, 0, 0), is_view_mode ? -3 : 12);
  EXPECT_EQ(a(0, 2, 3), is_view_mode ? 111 : 11);
  EXPECT_EQ(copy(0, 0, 0), is_view_mode ? -1 : 0);
  // Another array on the same file has the file's elements.
  EXPECT_TRUE((*load_npy<double>(path_, Mmap::kCopyOnWrite) == *load_npy<double>(path_)).all());
}

TEST_P(NpyMapTest, ReadOnlyArraysRefuseWrites) {
  const std::string before = content_of(path_);
  auto a = *load_npy<double>(path_, Mmap::kReadOnly);
  EXPECT_THROW(a.fill(1), ReadOnlyError);
  EXPECT_THROW(a(0, 0, 0) = 1, ReadOnlyError);
  EXPECT_THROW((a[{0, 0}] = 1.0), ReadOnlyError);
  EXPECT_THROW(a += 1.0, ReadOnlyError);
  EXPECT_THROW(a.set_writeable(true), std::exception);
  // Nor may what shares its elements, in either mode.
  auto same = a;
  auto row = a[1];
  EXPECT_THROW(same.fill(7), ReadOnlyError);
  EXPECT_THROW(row.fill(7), ReadOnlyError);
  auto own = a.copy();
  own.fill(7);
  EXPECT_EQ(a.sum(), 276);
  EXPECT_EQ(own.sum(), 7 * 24);
  EXPECT_TRUE(content_of(path_) == before);
}

TEST_P(NpyMapTest, TheMappingEndsWithTheLastArrayOnIt) {
  for (const Mmap way : kWays) {
    EXPECT_FALSE(is_mapped(path_));
    std::optional<Array<double>> row;
    {
      const auto a = *load_npy<double>(path_, way);
      row = a[1];
      EXPECT_TRUE(is_mapped(path_));
    }
    EXPECT_TRUE(is_mapped(path_));
    EXPECT_EQ(row->sum(), 210);
    row.reset();
    EXPECT_FALSE(is_mapped(path_));
  }
}

TEST_P(NpyMapTest, AReplacedOrDeletedFileIsStillThere) {
  auto a = *load_npy<double>(path_, Mmap::kCopyOnWrite);
  const auto b = *load_npy<double>(path_, Mmap::kReadOnly);
  a[{0, 0, 0}] = 5.0;
  ASSERT_TRUE(save_npy(path_, a.T()).ok());
  EXPECT_EQ(a.sum(), 281);
  EXPECT_EQ(b.sum(), 276);
  EXPECT_TRUE((*load_npy<double>(path_) == a.T()).all());
  std::filesystem::remove(path_);
  EXPECT_EQ(a.sum(), 281);
  EXPECT_EQ(b.sum(), 276);
}

TEST_P(NpyMapTest, NothingIsMappedOnTheWordOfAHeader) {
  for (const Mmap way : kWays) {
    const std::string path = std::string(kFacts) + "bad_large_shape.npy";
    EXPECT_EQ(load_npy<std::int64_t>(path, way).status().code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(load_npy<float>(path_, way).status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(load_npy<float>(scratch("none.npy"), way).status().code(),
              absl::StatusCode::kNotFound);
  }
  EXPECT_FALSE(is_mapped(path_));
}

}  // namespace
}  // namespace cow

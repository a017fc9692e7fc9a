#include "cow/interop/npy.h"

#include <filesystem>
#include <string>

#include "cow/core/operators.h"
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

}  // namespace
}  // namespace cow

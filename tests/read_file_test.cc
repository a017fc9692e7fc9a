#include "cow/diagnostics/read_file.h"

#include <fstream>
#include <string>

#include "gtest/gtest.h"

namespace cow::alsan {
namespace {

TEST(ReadFileTest, AllBytesAsTheyAre) {
  const std::string path = testing::TempDir() + "/read_file_test";
  std::string bytes;
  for (int i = 0; i < 100'000; ++i) bytes += static_cast<char>(i % 256);
  std::ofstream(path, std::ios::binary) << bytes;
  EXPECT_EQ(read_file(path), bytes);
}

TEST(ReadFileTest, AnEmptyFileIsNotAMissingOne) {
  const std::string path = testing::TempDir() + "/read_file_test_empty";
  std::ofstream(path, std::ios::binary) << "";
  EXPECT_EQ(read_file(path), "");
  EXPECT_EQ(read_file(path + "_missing"), std::nullopt);
}

}  // namespace
}  // namespace cow::alsan

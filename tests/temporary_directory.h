#ifndef COW_TESTS_TEMPORARY_DIRECTORY_H_
#define COW_TESTS_TEMPORARY_DIRECTORY_H_

#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <string>

#include "gtest/gtest.h"

namespace cow {

/// A new, empty directory, removed with all that is in it at the end.
/// Errors: `std::runtime_error` if it cannot be made.
class TemporaryDirectory {
 public:
  TemporaryDirectory() : path_(::testing::TempDir() + "/cow_XXXXXX") {
    if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no directory " + path_);
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace cow

#endif  // COW_TESTS_TEMPORARY_DIRECTORY_H_

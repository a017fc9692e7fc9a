#include "cow/interop/npy_format.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <complex>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "cow/core/iterate.h"
#include "cow/tests/oracle/checksum.h"
#include "cow/tests/oracle/npy_facts.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cow {
namespace {

namespace fs = std::filesystem;

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

const char kData[] = "tests/oracle/facts/npy/";

// What `fsync` below was called for.
std::vector<fs::path>& synced_paths() {
  static std::vector<fs::path> paths;
  return paths;
}

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

void put_content(const fs::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

std::string message_of(const absl::Status& status) { return std::string(status.message()); }

Dims c_strides(Shape shape, Index item_bytes) {
  Dims strides(shape.size());
  Index stride = item_bytes;
  for (std::size_t axis = shape.size(); axis-- > 0; stride *= shape[axis]) strides[axis] = stride;
  return strides;
}

Dims f_strides(Shape shape, Index item_bytes) {
  Dims strides(shape.size());
  Index stride = item_bytes;
  for (std::size_t axis = 0; axis < shape.size(); stride *= shape[axis++]) strides[axis] = stride;
  return strides;
}

Dims file_strides(const NpyHeader& header) {
  const Index item = dtype_size_bytes(header.dtype);
  return header.fortran_order ? f_strides(header.shape, item) : c_strides(header.shape, item);
}

std::vector<std::byte> read_all(const NpyFile& file) {
  std::vector<std::byte> elements(file.header().data_bytes);
  const absl::Status status = file.read(elements.data());
  EXPECT_TRUE(status.ok()) << status;
  return elements;
}

std::vector<std::byte> in_c_order(const NpyHeader& header, std::vector<std::byte> elements) {
  const Dims from = file_strides(header);
  const Index item = dtype_size_bytes(header.dtype);
  const Dims to = c_strides(header.shape, item);
  std::vector<std::byte> ordered(elements.size());
  internal::copy_elements(header.shape, item, {ordered.data(), to}, {elements.data(), from});
  return ordered;
}

// NumPy's type code, always of the little-endian type.
std::string code_of(DType dtype) {
  const std::string header = npy_header_bytes(dtype, {}, false);
  return header.substr(header.find(": '") + 3, header.find("', '") - header.find(": '") - 3);
}

std::vector<testing::NpyFact> facts() {
  return testing::read_npy_facts(std::string(kData) + "facts.json");
}

// NumPy's answers hold for `file`.
void expect_as_numpy(const NpyFile& file, const testing::NpyContent& numpy) {
  EXPECT_EQ(file.header().shape, numpy.shape);
  EXPECT_EQ(file.header().fortran_order, numpy.is_fortran_order);
  EXPECT_EQ(file.header().swap_bytes, numpy.is_big_endian);
  EXPECT_EQ(code_of(file.header().dtype).substr(1), numpy.dtype_code.substr(1));
  const std::vector<std::byte> elements = read_all(file);
  EXPECT_EQ(testing::checksum(in_c_order(file.header(), elements)), numpy.crc);
  EXPECT_EQ(read_all(file), elements);
}

TEST(NpyFormatTest, ReadsEveryValidFileAsNumpy) {
  int read = 0, unsupported = 0;
  for (const testing::NpyFact& fact : facts()) {
    if (!fact.is_valid) continue;
    const std::string path = kData + fact.file;
    SCOPED_TRACE(path);
    const absl::StatusOr<NpyFile> file = NpyFile::open(path);
    if (!fact.numpy->dtype) {
      EXPECT_THAT(message_of(file.status()), AllOf(StartsWith(path), HasSubstr("not supported")));
      ++unsupported;
      continue;
    }
    ASSERT_TRUE(file.ok()) << file.status();
    expect_as_numpy(*file, *fact.numpy);
    ++read;
  }
  EXPECT_EQ(read, 39);
  EXPECT_EQ(unsupported, 2);
}

TEST(NpyFormatTest, RejectsEveryMalformedFile) {
  int rejected = 0, accepted = 0;
  for (const testing::NpyFact& fact : facts()) {
    if (fact.is_valid) continue;
    const std::string path = kData + fact.file;
    SCOPED_TRACE(path);
    const absl::StatusOr<NpyFile> file = NpyFile::open(path);
    if (fact.expect == "accept") {
      EXPECT_TRUE(file.ok()) << file.status();
    } else if (fact.expect == "reject") {
      EXPECT_FALSE(file.ok());
    }
    if (file.ok()) {
      ASSERT_TRUE(fact.numpy.has_value());
      expect_as_numpy(*file, *fact.numpy);
      ++accepted;
    } else {
      EXPECT_THAT(message_of(file.status()), StartsWith(path + ": "));
      ++rejected;
    }
  }
  EXPECT_GE(rejected, 35);
  EXPECT_GE(accepted, 2);
}

TEST(NpyFormatTest, SaysWhyAFileIsRejected) {
  const std::map<std::string, std::string> reasons = {
      {"zero_bytes", "not a .npy file"},
      {"magic_only", "ends before its version"},
      {"cut_version", "ends before its version"},
      {"cut_hlen", "ends before the length of its header"},
      {"cut_header", "ends within its header"},
      {"bad_magic", "not a .npy file"},
      {"text_file", "not a .npy file"},
      {"version_9", "version 9.0"},
      {"version_1_7", "version 1.7"},
      {"huge_shape", "too large"},
      {"huge_shape_overflow", "too large"},
      {"large_shape", "8796093022208 bytes are announced, 80 are there"},
      {"negative_shape", "negative extent"},
      {"negative_shape2", "negative extent"},
      {"header_is_list", "not a dictionary"},
      {"header_call", "not a dictionary"},
      {"header_expr", "tuple"},
      {"header_syntax", "shape is not a tuple of integers"},
      {"missing_key", "no entry 'fortran_order'"},
      {"extra_key", "unknown entry 'x'"},
      {"shape_not_tuple", "shape is not a tuple"},
      {"shape_float", "shape is not a tuple of integers"},
      {"fortran_int", "neither True nor False"},
      {"bad_descr", "'<q9' is not supported"},
      {"descr_int", "descr is not a string"},
      {"object_dtype", "'|O' is not supported"},
      {"short_data", "80 bytes are announced, 79 are there"},
      {"short_data8", "80 bytes are announced, 72 are there"},
      {"no_data", "80 bytes are announced, 0 are there"},
      {"hlen_too_long", "header of 60000 bytes"},
      {"hlen_too_short", "expected"},
      {"hlen_zero", "header is empty"},
      {"v2_with_v1_len", "header of 662372470 bytes"},
      {"nested_deep", "not a dictionary"},
      {"header_nul", "text after the dictionary"},
      {"true_shape", "shape is not a tuple of integers"},
      {"too_many_dims", "more than 32 dimensions"},
  };
  for (const auto& [name, reason] : reasons) {
    const absl::Status status = NpyFile::open(kData + ("bad_" + name) + ".npy").status();
    EXPECT_THAT(message_of(status), HasSubstr(reason)) << name;
  }
}

class NpyFolderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(::testing::TempDir()) /
              absl::StrFormat("npy-%d-%s", getpid(),
                              ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return folder_ / name; }

  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      names.push_back(entry.path().filename());
    }
    return names;
  }

  fs::path folder_;
};

TEST_F(NpyFolderTest, WhatIsNoRegularFileCannotBeRead) {
  const absl::Status missing = NpyFile::open(path("none.npy")).status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(message_of(missing), StartsWith(path("none.npy") + ": cannot open"));

  const absl::Status directory = NpyFile::open(folder_).status();
  EXPECT_EQ(directory.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(message_of(directory), folder_.string() + ": is a directory");

  ASSERT_EQ(mkfifo(path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(message_of(NpyFile::open(path("pipe")).status()),
            path("pipe") + ": is not a regular file");
}

TEST_F(NpyFolderTest, OtherElementTypesAreAnError) {
  const absl::StatusOr<NpyFile> file = NpyFile::open(std::string(kData) + "ok_c_int64.npy");
  ASSERT_TRUE(file.ok());
  EXPECT_TRUE(file->expect_dtype(DType::kInt64).ok());
  const absl::Status status = file->expect_dtype(DType::kFloat64);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(message_of(status),
            std::string(kData) + "ok_c_int64.npy: has elements of type int64, not float64");
}

TEST_F(NpyFolderTest, AFileCutShortAfterOpeningIsAnError) {
  fs::copy_file(std::string(kData) + "ok_big1d.npy", path("a.npy"));
  absl::StatusOr<NpyFile> opened = NpyFile::open(path("a.npy"));
  ASSERT_TRUE(opened.ok());
  fs::resize_file(path("a.npy"), 1128);
  const NpyFile file = *std::move(opened);
  std::vector<std::byte> elements(file.header().data_bytes);
  const absl::Status status = file.read(elements.data());
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(message_of(status), AllOf(StartsWith(path("a.npy")), HasSubstr("1000 of 20000")));
  EXPECT_EQ(file.map_copy_on_write().status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(file.map_read_only().status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(NpyFolderTest, BooleansAreReadAsZeroOrOne) {
  put_content(path("b.npy"),
              npy_header_bytes(DType::kBool, {4}, false) + std::string("\0\1\2\xff", 4));
  const absl::StatusOr<NpyFile> file = NpyFile::open(path("b.npy"));
  ASSERT_TRUE(file.ok());
  EXPECT_THAT(read_all(*file), ElementsAre(std::byte{0}, std::byte{1}, std::byte{1}, std::byte{1}));
  EXPECT_THAT(message_of(file->map_copy_on_write().status()), HasSubstr("neither 0 nor 1"));
}

TEST_F(NpyFolderTest, WritesTheVeryFilesThatNumpyWrites) {
  int written = 0;
  for (const testing::NpyFact& fact : facts()) {
    const std::string source = kData + fact.file;
    const absl::StatusOr<NpyFile> file = NpyFile::open(source);
    if (!fact.is_valid || !file.ok() || file->header().swap_bytes || fact.major_version != 1) {
      continue;
    }
    const NpyHeader& header = file->header();
    const absl::Status status = write_npy(path("a.npy"), header.dtype, header.shape,
                                          file_strides(header), read_all(*file).data());
    ASSERT_TRUE(status.ok()) << status;
    EXPECT_EQ(content_of(path("a.npy")), content_of(source)) << source;
    ++written;
  }
  EXPECT_EQ(written, 33);
  EXPECT_THAT(names(), ElementsAre("a.npy"));
}

// Writes elements 1, 2, .. of `T` seen through `shape` and `strides` (in elements), from the one at
// `offset`, and compares what is read with what the strides say.
template <class T>
void expect_strided_round_trip(const std::string& path, Dims shape, Dims strides, Index offset,
                               Index memory_size) {
  std::vector<T> memory(memory_size);
  std::generate(memory.begin(), memory.end(), [next = T{}]() mutable { return next += T{1}; });
  for (Index& stride : strides) stride *= static_cast<Index>(sizeof(T));
  auto* const first = reinterpret_cast<std::byte*>(memory.data() + offset);
  const absl::Status status = write_npy(path, dtype_of<T>, shape, strides, first);
  ASSERT_TRUE(status.ok()) << status;
  const absl::StatusOr<NpyFile> file = NpyFile::open(path);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->header().dtype, dtype_of<T>);
  EXPECT_EQ(file->header().shape, shape);
  const std::vector<std::byte> read = in_c_order(file->header(), read_all(*file));
  std::vector<std::byte> expected(read.size());
  internal::copy_elements(shape, sizeof(T), {expected.data(), c_strides(shape, sizeof(T))},
                          {first, strides});
  EXPECT_TRUE(read == expected);
}

TEST_F(NpyFolderTest, WritesStridedArrays) {
  const std::string a = path("a.npy");
  expect_strided_round_trip<std::int32_t>(a, {3, 4}, {1, 3}, 0, 12);
  EXPECT_THAT(content_of(a), HasSubstr("'fortran_order': True"));
  expect_strided_round_trip<std::int32_t>(a, {3, 4}, {-4, 1}, 8, 12);
  EXPECT_THAT(content_of(a), HasSubstr("'fortran_order': False"));
  expect_strided_round_trip<std::uint8_t>(a, {5}, {-2}, 8, 9);
  expect_strided_round_trip<double>(a, {2, 3, 2}, {0, 1, 0}, 0, 3);
  expect_strided_round_trip<std::int64_t>(a, {1, 3, 1}, {99, 1, -99}, 0, 3);
  expect_strided_round_trip<std::int64_t>(a, {}, {}, 2, 3);
  expect_strided_round_trip<std::int16_t>(a, {0, 3}, {7, 7}, 0, 1);
  expect_strided_round_trip<std::complex<double>>(a, {7, 2}, {2, -1}, 1, 14);
}

TEST_F(NpyFolderTest, WritesStridedArraysOfManyBlocks) {
  const std::string a = path("a.npy");
  expect_strided_round_trip<std::int64_t>(a, {100003}, {-2}, 200004, 200006);
  expect_strided_round_trip<std::int32_t>(a, {3, 500, 333}, {1, 999, 3}, 0, 499500);
  expect_strided_round_trip<std::uint8_t>(a, {2, 300001}, {1, 2}, 0, 600002);
  EXPECT_THAT(content_of(a), HasSubstr("'fortran_order': True"));
  expect_strided_round_trip<std::uint8_t>(a, {3, 2, 150001}, {2, 1, 6}, 0, 900006);
  expect_strided_round_trip<std::uint16_t>(a, {70000, 3, 2}, {0, 1, 3}, 0, 6);
}

TEST_F(NpyFolderTest, WithoutElementsOnlyTheHeaderIsWritten) {
  const Index huge = Index{1} << 62;
  ASSERT_TRUE(write_npy(path("a.npy"), DType::kInt64, {huge, 8, 0}, {64, 8, 8}, nullptr).ok());
  EXPECT_EQ(content_of(path("a.npy")), npy_header_bytes(DType::kInt64, {huge, 8, 0}, false));
}

absl::Status write_numbers(const std::string& path, std::size_t count, double first = 0) {
  std::vector<double> numbers(count);
  std::iota(numbers.begin(), numbers.end(), first);
  return write_npy(path, DType::kFloat64, {static_cast<Index>(count)}, {8},
                   reinterpret_cast<const std::byte*>(numbers.data()));
}

// Lets no file grow beyond `bytes` while alive.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit = {bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
  }
  ~FileSizeLimit() {
    std::signal(SIGXFSZ, handler_);
    setrlimit(RLIMIT_FSIZE, &before_);
  }

 private:
  rlimit before_;
  void (*handler_)(int);
};

TEST_F(NpyFolderTest, AFailedWriteKeepsTheOldFileAndLeavesNothingBehind) {
  ASSERT_TRUE(write_numbers(path("a.npy"), 10).ok());
  const std::string before = content_of(path("a.npy"));
  for (const rlim_t limit : {rlim_t{0}, rlim_t{100}, rlim_t{4096}}) {
    absl::Status old_path, new_path;
    {
      const FileSizeLimit no_more(limit);
      old_path = write_numbers(path("a.npy"), 100000, 5);
      new_path = write_numbers(path("b.npy"), 100000, 5);
    }
    EXPECT_THAT(message_of(old_path), StartsWith(path("a.npy") + ": cannot write"));
    EXPECT_THAT(message_of(new_path), StartsWith(path("b.npy") + ": cannot write"));
    EXPECT_THAT(names(), ElementsAre("a.npy"));
    EXPECT_TRUE(content_of(path("a.npy")) == before);
  }
}

TEST_F(NpyFolderTest, OnlyRegularFilesAreReplaced) {
  const absl::Status directory = write_numbers(folder_, 3);
  EXPECT_EQ(directory.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(message_of(directory), StartsWith(folder_.string() + ": is not a regular file"));
  ASSERT_EQ(mkfifo(path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(write_numbers(path("pipe"), 3).code(), absl::StatusCode::kFailedPrecondition);
  const absl::Status nowhere = write_numbers(path("none/a.npy"), 3);
  EXPECT_EQ(nowhere.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(message_of(nowhere), StartsWith(path("none/a.npy") + ": cannot create"));
  EXPECT_FALSE(write_numbers(path("pipe/a.npy"), 3).ok());
  EXPECT_FALSE(write_numbers("", 3).ok());
  EXPECT_THAT(names(), ElementsAre("pipe"));
}

TEST_F(NpyFolderTest, LinksAreFollowedAndPermissionsKept) {
  ASSERT_TRUE(write_numbers(path("a.npy"), 3).ok());
  ASSERT_EQ(chmod(path("a.npy").c_str(), 0640), 0);
  fs::create_symlink("a.npy", path("link.npy"));
  ASSERT_TRUE(write_numbers(path("link.npy"), 4).ok());
  EXPECT_TRUE(fs::is_symlink(path("link.npy")));
  EXPECT_EQ(NpyFile::open(path("a.npy"))->header().shape, Dims({4}));
  EXPECT_EQ(fs::status(path("a.npy")).permissions(), fs::perms(0640));
  EXPECT_THAT(names(), UnorderedElementsAre("a.npy", "link.npy"));

  const mode_t mask = umask(027);
  EXPECT_TRUE(write_numbers(path("new.npy"), 4).ok());
  umask(mask);
  EXPECT_EQ(fs::status(path("new.npy")).permissions(), fs::perms(0640));
}

TEST_F(NpyFolderTest, NamesAsLongAsTheSystemAllowsWork) {
  const std::string longest = path(std::string(251, 'n') + ".npy");
  EXPECT_TRUE(write_numbers(longest, 3).ok());
  EXPECT_TRUE(NpyFile::open(longest).ok());
}

TEST_F(NpyFolderTest, WritesIntoTheCurrentFolder) {
  const fs::path before = fs::current_path();
  fs::current_path(folder_);
  const absl::Status status = write_numbers("a.npy", 3);
  fs::current_path(before);
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_THAT(names(), ElementsAre("a.npy"));
}

TEST_F(NpyFolderTest, TheFileIsSyncedBeforeItIsNamedAndItsFolderAfterwards) {
  const fs::path before = fs::current_path();
  const fs::path folder = fs::canonical(folder_);
  fs::create_directory(path("other"));
  fs::create_symlink("other/b.npy", path("link.npy"));
  ASSERT_TRUE(write_numbers(path("other/b.npy"), 1).ok());
  fs::current_path(folder_);
  std::vector<std::vector<fs::path>> synced;
  for (const std::string& name : {std::string("a.npy"), path("a.npy"), std::string("link.npy")}) {
    synced_paths().clear();
    EXPECT_TRUE(write_numbers(name, 3).ok());
    synced.push_back(synced_paths());
  }
  fs::current_path(before);
  const fs::path folders[] = {folder, folder, folder / "other"};
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(synced[i].size(), 2u) << i;
    EXPECT_EQ(synced[i][0].parent_path(), folders[i]);
    EXPECT_EQ(synced[i][0].extension(), ".tmp");
    EXPECT_EQ(synced[i][1], folders[i]);
  }
}

TEST_F(NpyFolderTest, AFolderThatCannotBeReadIsNoError) {
  fs::create_directory(path("closed"));
  ASSERT_TRUE(write_numbers(path("closed/a.npy"), 3).ok());
  ASSERT_EQ(chmod(path("closed").c_str(), 0300), 0);
  EXPECT_TRUE(write_numbers(path("closed/a.npy"), 4).ok());
  ASSERT_EQ(chmod(path("closed").c_str(), 0700), 0);
  EXPECT_EQ(NpyFile::open(path("closed/a.npy"))->header().shape, Dims({4}));
}

TEST_F(NpyFolderTest, MappedFilesArePrivate) {
  ASSERT_TRUE(write_numbers(path("a.npy"), 1000).ok());
  const std::string before = content_of(path("a.npy"));
  std::shared_ptr<std::byte> mapped;
  {
    const absl::StatusOr<NpyFile> file = NpyFile::open(path("a.npy"));
    ASSERT_TRUE(file.ok());
    mapped = *file->map_copy_on_write();
    EXPECT_EQ(std::memcmp(mapped.get(), read_all(*file).data(), 8000), 0);
  }
  auto* const numbers = reinterpret_cast<double*>(mapped.get());
  numbers[1] = -1;
  EXPECT_TRUE(content_of(path("a.npy")) == before);

  // The mapping is of the file that was there, whatever takes its place: even itself.
  const auto* const bytes = reinterpret_cast<const std::byte*>(numbers);
  ASSERT_TRUE(write_npy(path("a.npy"), DType::kFloat64, {999}, {8}, bytes + 8).ok());
  EXPECT_EQ(numbers[0], 0);
  EXPECT_EQ(numbers[1], -1);
  EXPECT_EQ(numbers[999], 999);
  const absl::StatusOr<NpyFile> file = NpyFile::open(path("a.npy"));
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(std::memcmp(read_all(*file).data(), numbers + 1, 999 * 8), 0);
}

TEST(NpyFormatTest, OnlyWhatCanBeUsedAsItIsIsMapped) {
  for (const char* name : {"ok_c_int8", "ok_c_bool", "ok_complex128", "ok_empty_float64",
                           "ok_zerod_int64", "ok_f_float32", "bad_trailing_data"}) {
    const absl::StatusOr<NpyFile> file = NpyFile::open(kData + std::string(name) + ".npy");
    const absl::StatusOr<std::shared_ptr<std::byte>> mapped = file->map_copy_on_write();
    const absl::StatusOr<std::shared_ptr<const std::byte>> shared = file->map_read_only();
    ASSERT_TRUE(mapped.ok()) << mapped.status();
    ASSERT_TRUE(shared.ok()) << shared.status();
    const std::vector<std::byte> read = read_all(*file);
    EXPECT_TRUE(std::equal(read.begin(), read.end(), mapped->get())) << name;
    EXPECT_TRUE(std::equal(read.begin(), read.end(), shared->get())) << name;
  }
  for (const auto& [name, reason] :
       {std::pair("ok_be_int32", "byte order"), std::pair("bad_unaligned_header", "not aligned")}) {
    const absl::StatusOr<NpyFile> file = NpyFile::open(kData + std::string(name) + ".npy");
    for (const absl::Status& status :
         {file->map_copy_on_write().status(), file->map_read_only().status()}) {
      EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
      EXPECT_THAT(message_of(status), HasSubstr(reason));
    }
  }
}

TEST_F(NpyFolderTest, ReadOnlyMappingsShowWhatOthersWriteAndCannotBeWritten) {
  ASSERT_TRUE(write_numbers(path("a.npy"), 1000).ok());
  std::shared_ptr<const std::byte> mapped;
  {
    const absl::StatusOr<NpyFile> file = NpyFile::open(path("a.npy"));
    ASSERT_TRUE(file.ok());
    mapped = *file->map_read_only();
  }
  const auto* const numbers = reinterpret_cast<const double*>(mapped.get());
  EXPECT_EQ(numbers[999], 999);
  const double other = -1;
  {
    std::fstream file(path("a.npy"), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(128);
    file.write(reinterpret_cast<const char*>(&other), sizeof other);
  }
  EXPECT_EQ(numbers[0], other);
  EXPECT_DEATH(*const_cast<double*>(numbers) = 7, "");
}

}  // namespace
}  // namespace cow

// Takes the place of the system's in this program.
extern "C" int fsync(int descriptor) {
  cow::synced_paths().push_back(
      std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(descriptor)));
  return static_cast<int>(syscall(SYS_fsync, descriptor));
}

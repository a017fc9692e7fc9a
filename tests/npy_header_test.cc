#include "cow/interop/npy_header.h"

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "cow/tests/facts.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace cow {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr Index kHuge = Index{1} << 62;

absl::StatusOr<NpyHeader> parse(const std::string& bytes, Index file_bytes) {
  const auto* data = reinterpret_cast<const std::byte*>(bytes.data());
  return parse_npy_header({data, bytes.size()}, file_bytes, "some.npy");
}

// A file of version 1.0 with this dictionary and more than enough elements.
absl::StatusOr<NpyHeader> parse_dict(const std::string& dict) {
  std::string bytes("\x93NUMPY\1\0", 8);
  bytes += static_cast<char>(dict.size() & 0xff);
  bytes += static_cast<char>(dict.size() >> 8);
  return parse(bytes + dict, kHuge);
}

std::string error_of(const std::string& dict) {
  const absl::StatusOr<NpyHeader> header = parse_dict(dict);
  EXPECT_EQ(header.status().code(), absl::StatusCode::kInvalidArgument) << dict;
  const std::string message(header.status().message());
  EXPECT_THAT(message, StartsWith("some.npy: "));
  return message;
}

std::string dict_with_shape(const std::string& shape) {
  return "{'descr': '<i4', 'fortran_order': False, 'shape': " + shape + ", }";
}

TEST(NpyHeaderTest, WritesWhatNumpyWrites) {
  int count = 0;
  for (const std::string& line : testing::read_lines("tests/data/npy_headers.jsonl.gz")) {
    if (line[0] == '#') continue;
    const auto record = nlohmann::json::parse(line);
    DType dtype = DType::kBool;
    while (record["dtype"] != dtype_name(dtype)) dtype = static_cast<DType>(int(dtype) + 1);
    const auto shape = record["shape"].get<std::vector<Index>>();
    const bool fortran = record["fortran"].get<bool>();
    const std::string written = npy_header_bytes(dtype, shape, fortran);

    std::string hex;
    for (const char c : written.substr(8)) {
      hex += "0123456789abcdef"[static_cast<unsigned char>(c) / 16];
      hex += "0123456789abcdef"[static_cast<unsigned char>(c) % 16];
    }
    EXPECT_EQ(written.substr(0, 8), std::string("\x93NUMPY\1\0", 8));
    EXPECT_EQ(hex, record["header"].get<std::string>()) << line;
    EXPECT_EQ(written.size() % 64, 0u);
    ++count;

    const absl::StatusOr<NpyHeader> header = parse(written, kHuge);
    if (!header.ok()) {
      EXPECT_THAT(std::string(header.status().message()), HasSubstr("too large")) << line;
      continue;
    }
    EXPECT_EQ(header->dtype, dtype);
    EXPECT_EQ(header->shape, Dims(shape.begin(), shape.end()));
    EXPECT_EQ(header->fortran_order, fortran);
    EXPECT_EQ(header->data_offset, static_cast<Index>(written.size()));
    EXPECT_FALSE(header->swap_bytes);
  }
  EXPECT_GT(count, 150);
}

TEST(NpyHeaderTest, ReadsAnyWayOfWritingTheDictionary) {
  for (const std::string dict : {
           "{'descr':'<i4','fortran_order':True,'shape':(2,3)}",
           "{'shape': (2, 3,), 'descr': \"<i4\", \"fortran_order\": True,}\n",
           " {\n 'fortran_order' :\tTrue , 'shape' : ( 2 , 3 ) , 'descr' : '=i4' } \r\n",
           "{'descr': 'i4', 'fortran_order': True, 'shape': (2L, 3L)}",
       }) {
    const absl::StatusOr<NpyHeader> header = parse_dict(dict);
    ASSERT_TRUE(header.ok()) << header.status();
    EXPECT_EQ(header->dtype, DType::kInt32);
    EXPECT_TRUE(header->fortran_order);
    EXPECT_THAT(header->shape, ElementsAre(2, 3));
    EXPECT_EQ(header->data_offset, static_cast<Index>(10 + dict.size()));
    EXPECT_EQ(header->data_bytes, 24);
  }
  EXPECT_THAT(parse_dict(dict_with_shape("()"))->shape, IsEmpty());
  EXPECT_EQ(parse_dict(dict_with_shape("()"))->data_bytes, 4);
  EXPECT_EQ(parse_dict(dict_with_shape("(5, 0)"))->data_bytes, 0);
  EXPECT_THAT(parse_dict(dict_with_shape("(7,)"))->shape, ElementsAre(7));
}

TEST(NpyHeaderTest, KnowsBothByteOrdersOfEveryType) {
  for (int code = 0; code < kDTypeCount; ++code) {
    const auto dtype = static_cast<DType>(code);
    const std::string written = npy_header_bytes(dtype, {2}, false);
    const absl::StatusOr<NpyHeader> native = parse(written, kHuge);
    ASSERT_TRUE(native.ok()) << native.status();
    EXPECT_EQ(native->dtype, dtype);
    std::string swapped = written;
    for (char& c : swapped) c = c == '<' ? '>' : c == '>' ? '<' : c;
    const absl::StatusOr<NpyHeader> foreign = parse(swapped, kHuge);
    ASSERT_TRUE(foreign.ok()) << foreign.status();
    EXPECT_EQ(foreign->dtype, dtype);
    EXPECT_EQ(foreign->swap_bytes, dtype_size_bytes(dtype) > 1);
  }
}

TEST(NpyHeaderTest, SaysWhatIsWrongWithTheDictionary) {
  EXPECT_THAT(error_of(""), HasSubstr("empty"));
  EXPECT_THAT(error_of("   \n"), HasSubstr("empty"));
  EXPECT_THAT(error_of("[]"), HasSubstr("not a dictionary"));
  EXPECT_THAT(error_of("{}"), HasSubstr("no entry 'descr'"));
  EXPECT_THAT(error_of("{,}"), HasSubstr("expected a key"));
  EXPECT_THAT(error_of("{'descr'"), HasSubstr("expected ':'"));
  EXPECT_THAT(error_of("{'descr: '<i4'"), HasSubstr("expected ':'"));
  EXPECT_THAT(error_of("{'descr': '<i4"), HasSubstr("not a string"));
  EXPECT_THAT(error_of("{'descr': '<i4' 'shape': ()}"), HasSubstr("expected ',' or '}'"));
  EXPECT_THAT(error_of("{'size': 3}"), HasSubstr("unknown entry 'size'"));
  EXPECT_THAT(error_of("{'descr': '<i4', 'descr': '<i4'}"), HasSubstr("two entries 'descr'"));
  EXPECT_THAT(error_of("{'descr': '<i3'}"), HasSubstr("'<i3' is not supported"));
  EXPECT_THAT(error_of("{'descr': ''}"), HasSubstr("'' is not supported"));
  EXPECT_THAT(error_of("{'descr': [('a', '<i4')]}"), HasSubstr("structured"));
  EXPECT_THAT(error_of("{'fortran_order': 1}"), HasSubstr("neither True nor False"));
  EXPECT_THAT(error_of("{'fortran_order': Trueish}"), HasSubstr("expected ',' or '}'"));
  EXPECT_THAT(error_of(dict_with_shape("()") + "x"), HasSubstr("text after the dictionary"));
  EXPECT_THAT(error_of(dict_with_shape("()") + std::string(1, '\0')), HasSubstr("text after"));
}

TEST(NpyHeaderTest, SaysWhatIsWrongWithTheShape) {
  const auto error = [](const std::string& shape) { return error_of(dict_with_shape(shape)); };
  for (const char* shape :
       {"3", "(3)", "[3]", "None", "(3", "(3,", "(,)", "(3,,)", "(3 3)", "(3.0,)", "(True,)",
        "('3',)", "((3,),)", "(+3,)", "(0x3,)", "(3_0,)"}) {
    EXPECT_THAT(error(shape), HasSubstr("shape is not a tuple")) << shape;
  }
  EXPECT_THAT(error("(-1,)"), HasSubstr("negative"));
  EXPECT_THAT(error("(-99999999999999999999,)"), HasSubstr("negative"));
  EXPECT_THAT(error("(007,)"), HasSubstr("leading zero"));
  EXPECT_THAT(error("(9223372036854775808,)"), HasSubstr("beyond 2^63 - 1"));
  EXPECT_THAT(error("(9223372036854775807,)"), HasSubstr("too large for memory"));
  EXPECT_THAT(error("(4294967296, 4294967296, 4294967296)"), HasSubstr("too large for memory"));
  EXPECT_THAT(error("(0, 4611686018427387904, 8)"), HasSubstr("too large for memory"));
  std::string ones = "(";
  for (int i = 0; i < kMaxDims; ++i) ones += "1,";
  EXPECT_TRUE(parse_dict(dict_with_shape(ones + ")")).ok());
  EXPECT_THAT(error(ones + "1)"), HasSubstr("more than 32 dimensions"));
}

TEST(NpyHeaderTest, ShapesAreNotTakenOnTrust) {
  const std::string written = npy_header_bytes(DType::kFloat64, {100}, false);
  const Index size = static_cast<Index>(written.size());
  EXPECT_TRUE(parse(written, size + 800).ok());
  EXPECT_TRUE(parse(written, size + 801).ok());
  const absl::Status status = parse(written, size + 799).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(std::string(status.message()),
            "some.npy: the file ends within its elements: 800 bytes are announced, 799 are there");
}

TEST(NpyHeaderTest, EveryShorterFileIsAnError) {
  for (const char version : {'\1', '\2'}) {
    std::string bytes = npy_header_bytes(DType::kInt16, {4, 5}, true);
    bytes[6] = version;
    if (version == '\2') bytes.insert(10, 2, '\0');
    EXPECT_TRUE(parse(bytes, kHuge).ok());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const absl::Status status = parse(bytes.substr(0, size), size).status();
      const char* const reason = size < 6 ? "not a .npy file" : size < 8 ? "version" : "header";
      EXPECT_THAT(std::string(status.message()), HasSubstr(reason)) << size;
    }
  }
}

TEST(NpyHeaderTest, LongHeadersAreRefused) {
  const std::string dict = dict_with_shape("(1,)");
  EXPECT_TRUE(parse_dict(dict + std::string(10000 - dict.size(), ' ')).ok());
  EXPECT_THAT(error_of(dict + std::string(10001 - dict.size(), ' ')), HasSubstr("longer than"));
  const std::string claim("\x93NUMPY\2\0\xff\xff\xff\xff{", 13);
  EXPECT_FALSE(parse(claim, kHuge).ok());
}

TEST(NpyHeaderTest, DamagedHeadersNeverPromiseWhatTheFileDoesNotHold) {
  std::mt19937 random(1);
  const std::string valid = npy_header_bytes(DType::kInt32, {12, 3}, false) + std::string(144, 'x');
  const std::string_view likely = "()[]{}',:\"0123456789-LTrueFals<>|\0\n \xff";
  int accepted = 0;
  for (int round = 0; round < 100000; ++round) {
    std::string bytes = valid;
    for (int change = random() % 3; change >= 0; --change) {
      const std::size_t at = random() % 76;
      bytes[at] = random() % 2 ? likely[random() % likely.size()] : static_cast<char>(random());
    }
    const absl::StatusOr<NpyHeader> header = parse(bytes, bytes.size());
    if (!header.ok()) continue;
    ++accepted;
    Index data_bytes = dtype_size_bytes(header->dtype);
    for (const Index extent : header->shape) data_bytes *= extent;
    ASSERT_EQ(data_bytes, header->data_bytes);
    ASSERT_LE(header->data_offset + data_bytes, static_cast<Index>(bytes.size()));
  }
  EXPECT_GT(accepted, 100);
}

}  // namespace
}  // namespace cow

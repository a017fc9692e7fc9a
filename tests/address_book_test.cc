#include "cow/diagnostics/address_book.h"

#include <string>

#include "cow/core/array.h"
#include "cow/core/creation.h"
#include "cow/core/make_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cow::alsan {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// Records of an array `a` of (2, 3) doubles, and of its row 1.
class AddressBookTest : public ::testing::Test {
 protected:
  void SetUp() override {
    owner_ = internal::make_array(DType::kFloat64, Dims{2, 3});
    ArrayRecord* const a = registry_.add_owner(owner_.node(), 1, here());
    a->label = "a";
    buffer_ = a->value->buffer;
    book_.note(*buffer_, a->of_node);
    const ViewOp op{ViewOp::Kind::kIndex};
    row_ =
        internal::make_view(owner_, Layout(Dims{3}, Dims{8}, 24), op, internal::Receiver::kNamed);
    ArrayRecord* const row = registry_.add_view(row_.node(), owner_.node(), op, 2, here());
    row->label = "row";
    book_.note(*buffer_, row->of_node);
  }
  void TearDown() override {
    registry_.free_buffer(owner_.node().current_buffer());
    registry_.forget(row_.node());
    registry_.forget(owner_.node());
  }
  StackId here() { return stacks_.capture(); }
  std::string about(Index offset) const {
    return book_.about(buffer_->memory + offset, stacks_, {});
  }

  StackDepot stacks_{16};
  Registry registry_;
  AddressBook book_;
  internal::Handle owner_, row_;
  BufferRecord* buffer_ = nullptr;
};

TEST_F(AddressBookTest, NamesTheElementInEachArray) {
  EXPECT_THAT(about(8), AllOf(HasSubstr("is in the memory of 'a' float64 (2,3), made at\n    #0"),
                              HasSubstr("It is a[0,1] of 'a'"), Not(HasSubstr("It is row")),
                              HasSubstr("View tree of buffer #1:\na (2,3)")));
  EXPECT_THAT(about(44), AllOf(HasSubstr("It is a[1,2] of 'a'"), HasSubstr("It is row[2] of 'row'"),
                               HasSubstr("address_book_test.cc")));
}

TEST_F(AddressBookTest, KnowsWhatIsAroundABuffer) {
  EXPECT_THAT(about(48), HasSubstr("is 0 bytes behind the memory of 'a'"));
  EXPECT_THAT(about(-8), HasSubstr("is 8 bytes before the memory of 'a'"));
  EXPECT_EQ(about(1000), "");
  EXPECT_EQ(about(-1000), "");
}

TEST_F(AddressBookTest, RemembersWhatIsFreed) {
  book_.forget(*buffer_, here());
  EXPECT_THAT(about(47), AllOf(HasSubstr("was in the memory of 'a' float64 (2,3), made at\n    #0"),
                               HasSubstr("freed at\n    #0")));
  EXPECT_EQ(about(48), "");
  // Others may have the memory now.
  book_.note(*buffer_, Registry::record_of(owner_.node()));
  EXPECT_THAT(about(47), HasSubstr("is in the memory of 'a'"));
}

TEST_F(AddressBookTest, ForgetsTheOldestOfManyFreed) {
  for (int i = 0; i < 300; ++i) {
    book_.forget(*buffer_, here());
    book_.note(*buffer_, Registry::record_of(owner_.node()));
  }
  book_.forget(*buffer_, here());
  EXPECT_THAT(about(0), HasSubstr("freed at"));
}

}  // namespace
}  // namespace cow::alsan

#ifndef COW_TESTS_COUNTING_OBSERVER_H_
#define COW_TESTS_COUNTING_OBSERVER_H_

#include <atomic>
#include <string>

#include "cow/core/observer.h"

namespace cow {

/// An observer that counts events and checks what can be checked of each: that the elements named
/// can be read, that events come in pairs. Allocates no memory.
class CountingObserver : public AccessObserver {
 public:
  void on_allocate(internal::Node& node) override;
  void on_view(internal::Node& made, const internal::Node& source, const ViewOp& op) override;
  void on_indexing_copy(internal::Node& made, const internal::Node& source) override;
  void on_read(const internal::Access& access) override;
  void on_read_taken_back() override {}
  void* before_write(const internal::Access& access, const internal::Node& value,
                     const internal::Node* dying_source) override;
  void after_write(const internal::Access& access, void* token) override;
  void on_refused_write(const internal::Node& node) override;
  void on_detach(internal::Node& value, internal::Buffer& from, Index bytes_copied) override;
  void on_release(internal::Node& node) override;
  void on_forget(internal::Node& node) override;
  void on_free(internal::Buffer& buffer) override;
  void on_label(internal::Node& node) override;
  std::string view_tree_text(const internal::Node& node) override;

  std::atomic<Index> allocations{0}, indexing_copies{0}, views{0}, reads{0}, refusals{0},
      releases{0}, labels{0};
  std::atomic<Index> writes{0};       // that have ended
  std::atomic<Index> open_writes{0};  // that have begun, and not ended
  std::atomic<Index> detaches{0}, detached_bytes{0};
  std::atomic<Index> frees{0};
  std::atomic<Index> records{0};  // nodes seen and not forgotten

 private:
  void keep_record(internal::Node& node);
};

/// The one installed, or null where the test runs without an observer.
CountingObserver* counting_observer();

}  // namespace cow

#endif  // COW_TESTS_COUNTING_OBSERVER_H_

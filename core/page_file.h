#ifndef COW_CORE_PAGE_FILE_H_
#define COW_CORE_PAGE_FILE_H_

#include <cstddef>
#include <memory>

namespace cow::internal {

/// A file of memory without a name (memfd), which the mappings of an array and of its copies have
/// in common. Closed with the last of them.
class PageFile {
 public:
  /// Of `bytes` zeros, which take memory when they are touched. Null if the system refuses, or if
  /// half of the descriptors that the process may have are taken by such files.
  static std::shared_ptr<PageFile> make(std::size_t bytes);
  explicit PageFile(int descriptor);
  ~PageFile();
  PageFile(const PageFile&) = delete;
  PageFile& operator=(const PageFile&) = delete;

  int descriptor() const { return descriptor_; }
  /// Takes memory for the first `bytes`, or for some of them if signals keep coming. False if there
  /// is not so much.
  bool take_pages(std::size_t bytes) const;
  /// Nobody can write it from now on, by no means; it must not be mapped for that. False if the
  /// system refuses.
  bool seal() const;

 private:
  const int descriptor_;
};

}  // namespace cow::internal

#endif  // COW_CORE_PAGE_FILE_H_

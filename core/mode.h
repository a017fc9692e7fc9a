#ifndef COW_CORE_MODE_H_
#define COW_CORE_MODE_H_

#include <optional>

namespace cow {

/// What a write through an array does to the arrays that share its memory. Fixed when a buffer is
/// made; views have the mode of their base.
enum class Mode {
  kView,         ///< NumPy's: the write shows in all of them.
  kCopyOnWrite,  ///< The writer takes its own copy first; the others keep what they had.
};

/// The mode of buffers made by this thread from now on.
Mode default_mode();

/// Sets the process's default, `Mode::kView` at start. Threads inside a `ScopedMode` keep theirs.
void set_default_mode(Mode mode);

/// Sets the mode of the buffers that this thread makes while the object lives. Scopes nest.
class ScopedMode {
 public:
  explicit ScopedMode(Mode mode);
  ~ScopedMode();
  ScopedMode(const ScopedMode&) = delete;
  ScopedMode& operator=(const ScopedMode&) = delete;

 private:
  std::optional<Mode> outer_;
};

}  // namespace cow

#endif  // COW_CORE_MODE_H_

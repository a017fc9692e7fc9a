#ifndef CORE_ARRAY_H_
#define CORE_ARRAY_H_

// A header that happens to have the same path as one of cow_array's.
inline constexpr const char* kArrayHeader = "downstream's own core/array.h";

#endif  // CORE_ARRAY_H_

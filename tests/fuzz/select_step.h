#ifndef COW_TESTS_FUZZ_SELECT_STEP_H_
#define COW_TESTS_FUZZ_SELECT_STEP_H_

#include "cow/tests/fuzz/fuzz_input.h"
#include "cow/tests/fuzz/view_subject.h"

namespace cow::fuzz {

// Bounds mostly near the ends of a short axis, sometimes anything.
Slice read_slice(FuzzInput& in);

// The same positions, for the model, which adds steps up: beyond an axis all are the same.
Slice with_tame_step(Slice slice);

// A mixed index, right or wrong, of lists and arrays of positions, masks, slices, numbers, new axes
// and ellipses. Writes the elements that it names in a copy of the subject, then takes them.
void step_select(FuzzInput& in, ViewSubject& subject);

}  // namespace cow::fuzz

#endif  // COW_TESTS_FUZZ_SELECT_STEP_H_

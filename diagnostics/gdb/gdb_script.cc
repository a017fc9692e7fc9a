// The text of alsan.py as a section of the program, which gdb runs when it loads the program.

#if defined(__ELF__)
asm(
#include "cow/diagnostics/gdb/alsan_script.inc"
);
#endif

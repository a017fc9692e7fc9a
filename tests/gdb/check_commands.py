"""Run in gdb: the commands `alsan` in the program `debugged`, live and as a core file. `core` is the
file to write or, if `is_core`, the one that gdb was given."""

import gdb

failures = []


def expect(command, wanted):
    """The command prints just that; of an error, its message."""
    try:
        said = gdb.execute(command, to_string=True)
    except gdb.error as error:
        said = "error: %s\n" % error
    if said != wanted:
        failures.append("%s said\n%sinstead of\n%s" % (command, said, wanted))


gdb.execute("set pagination off")
if gdb.convenience_variable("is_core"):
    while gdb.selected_frame().name() != "stop_at_tree":
        gdb.selected_frame().older().select()
else:
    gdb.Breakpoint("stop_at_tree").silent = True
    gdb.execute("run", to_string=True)
tree, element, everything = (gdb.selected_frame().read_var(name).string()
                             for name in ("tree", "element", "all"))
gdb.selected_frame().older().select()

expect("print original", "$1 = int64 'original' (3,4):\n[[  1   2   3   4]\n"
       " [  5 999   7   8]\n [  5   5   5   5]]\n")
expect("print *pointer", "$2 = int64 'slice' (2,2), view of 'original' (3,4):\n"
       "[[999   7]\n [  5   5]]\n")
expect("print/r original.handle_.node_ != 0", "$3 = true\n")
expect("alsan tree", "error: usage: alsan tree ARRAY\n")
expect("alsan blame", "error: usage: alsan blame ARRAY [POSITION...]\n")
expect("alsan tree nothing",
       'error: nothing is no cow::Array that can be looked at: No symbol "nothing" in current '
       "context.\n")
if gdb.convenience_variable("is_core"):
    expect("alsan blame original 1 1", "error: alsan blame needs a live process\n")
    expect("alsan tree pointer", "original (3,4)\n└── slice (2,2)\n")
else:
    expect("alsan tree original", tree)
    expect("alsan tree pointer", tree)
    expect("alsan blame original 1 1", element)
    expect("alsan blame original -2 1+0", element)
    expect("alsan blame original", everything)
    expect("alsan blame original 1", "error: original has 2 axes\n")
    expect("alsan blame original 1 4",
           "error: index 4 is out of bounds for axis 1 with size 4\n")
    expect("alsan blame *pointer 0 -3",
           "error: index -3 is out of bounds for axis 1 with size 2\n")
    gdb.execute("generate-core-file %s" % gdb.convenience_variable("core").string(),
                to_string=True)
    # Stopped while the sanitizer holds its lock.
    gdb.execute("set $kept = pointer")
    gdb.Breakpoint("cow::alsan::WriteLog::add").silent = True
    gdb.execute("continue", to_string=True)
    expect("alsan blame $kept 0 0",
           "the program stopped inside of AliasSanitizer: step out of it first\n")

for failure in failures:
    print("FAILED: " + failure)
print("%d failures" % len(failures))

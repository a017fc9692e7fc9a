"""Run in gdb: compares what it prints of each array of the program `debugged` with the text that
the program gives."""

import gdb

compared = different = 0
gdb.execute("set pagination off")
gdb.Breakpoint("stop_at_array").silent = True
gdb.execute("run", to_string=True)
while gdb.selected_inferior().pid != 0:
    wanted = gdb.newest_frame().read_var("text").string()
    gdb.newest_frame().older().select()
    printed = gdb.parse_and_eval("array").referenced_value().format_string()
    compared += 1
    if printed != wanted:
        different += 1
        print("WANTED\n%s\nPRINTED\n%s" % (wanted, printed))
    gdb.execute("continue", to_string=True)
print("compared %d, different %d" % (compared, different))

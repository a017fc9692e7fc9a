"""Text files as C++ string literals."""

def text_literals(name, srcs, out):
    """A file of string literals to #include in the initialiser of an array: one for each text.

    Args:
      name: of the target; belongs to the `hdrs` of who includes it.
      srcs: text files, in the order of the array; a literal is made of one a line, since compilers
        bound their length.
      out: the file, such as "page.inc".
    """
    native.genrule(
        name = name,
        srcs = srcs,
        outs = [out],
        cmd = "for text in $(SRCS); do " +
              "sed -e 's/.*/R\"text_line(&\\n)text_line\"/' $$text; echo ','; done > $@",
    )

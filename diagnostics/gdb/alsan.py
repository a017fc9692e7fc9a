"""cow_array in gdb: arrays as NumPy prints them, and the command `alsan`.

The program carries this text (section .debug_gdb_scripts). Printers read memory only, so that they
work on core files; `alsan blame`, and `alsan tree` for all arrays on a buffer, call functions of a
live process.
"""

import decimal
import math
import struct

import gdb
import gdb.printing

# cow::DType, in its order: NumPy's name, and the format of `struct` for one number.
_DTYPES = [
    ("bool", "?"), ("int8", "b"), ("int16", "h"), ("int32", "i"), ("int64", "q"),
    ("uint8", "B"), ("uint16", "H"), ("uint32", "I"), ("uint64", "Q"),
    ("float32", "f"), ("float64", "d"), ("complex64", "ff"), ("complex128", "dd"),
]
# cow::internal::NodeFlag.
_READ_ONLY, _GROUPED, _DECLARED = 1 << 2, 1 << 3, 1 << 6
_FLAGS_END = 1 << 12
_MAX_DIMS = 32
_MAX_DEPTH = 1000


class Damaged(Exception):
    """What is in memory is not what it says it is."""


# ---- memory ----------------------------------------------------------------------------------

def _read(address, size):
    return bytes(gdb.selected_inferior().read_memory(address, size))


def _index_at(address, count=1):
    return list(struct.unpack("%dq" % count, _read(address, 8 * count)))


def _text(string):
    """A std::string of libstdc++."""
    size = int(string["_M_string_length"])
    if not 0 <= size <= 10000:
        raise Damaged
    return _read(int(string["_M_dataplus"]["_M_p"]), size).decode("utf-8", "replace")


class Node:
    """A cow::internal::Node, checked to look like one."""

    def __init__(self, address):
        self.address = address
        value = gdb.Value(address).cast(gdb.lookup_type("cow::internal::Node").pointer())
        self.value = value.dereference()
        dtype, self.flags = int(self.value["dtype"]), int(self.value["flags"])
        if not 0 <= dtype < len(_DTYPES) or self.flags >= _FLAGS_END:
            raise Damaged
        self.dtype, self.format = _DTYPES[dtype]
        self.itemsize = struct.calcsize("=" + self.format)
        layout = self.value["layout"]
        ndim = int(layout["ndim_"])
        if not 0 <= ndim <= _MAX_DIMS:
            raise Damaged
        inline = layout["inline_"]
        room = inline.type.sizeof // 16
        numbers, axes = int(inline.address), room
        if ndim > room:
            numbers, axes = int(layout["spilled_"]), ndim
        self.shape = _index_at(numbers, ndim)
        self.strides = _index_at(numbers + 8 * axes, ndim)
        if any(extent < 0 for extent in self.shape):
            raise Damaged
        self.offset = int(layout["offset_"])

    @property
    def data(self):
        """The address of element (0, ..., 0)."""
        if self.flags & _GROUPED:
            return int(self.value["leader"]["buffer"]["origin"]) + self.offset
        return int(self.value["data"])

    @property
    def label(self):
        pointer = _index_at(int(self.value["label"].address))[0]
        if pointer == 0:
            return ""
        string = gdb.lookup_type("std::string").pointer()
        try:
            return _text(gdb.Value(pointer).cast(string).dereference())
        except gdb.error:
            return ""  # of another standard library

    @property
    def is_alive(self):
        return _read(int(self.value["alive"].address), 1) != b"\0"

    @property
    def parent(self):
        address = int(self.value["parent"])
        return Node(address) if address else None

    @property
    def ancestors(self):
        """From its parent to its base."""
        found, at = [], self.parent
        while at is not None and len(found) < _MAX_DEPTH:
            found.append(at)
            at = at.parent
        return found

    def element(self, index):
        """The number at an index: bool, int, float, or (real, imaginary)."""
        at = self.data + sum(i * stride for i, stride in zip(index, self.strides))
        number = struct.unpack("=" + self.format, _read(at, self.itemsize))
        return number if len(number) == 2 else number[0]


def _node_address(value):
    """Of a cow::Array, or what refers or points to one; 0 of Array()."""
    code = value.type.strip_typedefs().code
    if code in (gdb.TYPE_CODE_REF, gdb.TYPE_CODE_RVALUE_REF):
        value = value.referenced_value()
    elif code == gdb.TYPE_CODE_PTR:
        value = value.dereference()
    return int(value["handle_"]["node_"])


# ---- NumPy's text ----------------------------------------------------------------------------

def _shortest(number, is_single):
    """The fewest digits that give the number back, as (sign, digits, exponent of the first)."""
    text = repr(number)
    if is_single:
        for precision in range(9):
            text = "%.*e" % (precision, number)
            if struct.pack("f", float(text)) == struct.pack("f", number):
                break
    sign, digits, exponent = decimal.Decimal(text).normalize().as_tuple()
    return sign, "".join(map(str, digits)), exponent + len(digits) - 1


def _exact(number, least_exponent):
    """The number's digits down to 10**least_exponent, halves to even; form as `_shortest`."""
    with decimal.localcontext() as context:
        context.prec = 800
        sign, digits, _ = decimal.Decimal(number).quantize(
            decimal.Decimal((0, (1,), least_exponent))).as_tuple()
    text = "".join(map(str, digits)).lstrip("0")
    return sign, text or "0", len(text) - 1 + least_exponent if text else 0


def _rounded(number, is_single, least_exponent):
    """The fewest digits, unless they go below 10**least_exponent."""
    digits = _shortest(number, is_single)
    if digits[2] - len(digits[1]) + 1 >= least_exponent:
        return digits
    sign, text, exponent = _exact(number, least_exponent)
    return sign, text.rstrip("0") or "0", exponent


def _positional(number, is_single, precision):
    """("-12", "5"): before and behind the point."""
    sign, digits, exponent = _rounded(number, is_single, -precision)
    before = digits[:exponent + 1].ljust(exponent + 1, "0") if exponent >= 0 else "0"
    behind = digits[exponent + 1:] if exponent >= 0 else "0" * (-exponent - 1) + digits
    return "-" * sign + before, behind.rstrip("0")


def _scientific(number, is_single, precision, least=0):
    """("-1", "25", "e+10"): with at least `least` digits behind the point."""
    sign, digits, exponent = _rounded(number, is_single,
                                      _shortest(number, is_single)[2] - precision)
    if number != 0 and len(digits) <= least:
        sign, digits, exponent = _exact(number, exponent - least)
    return "-" * sign + digits[0], digits[1:].ljust(least, "0"), "e%+03d" % exponent


def _float_cells(numbers, is_single, plus=False):
    """NumPy's texts of the numbers of a column, all of one width."""
    finite = [x for x in numbers if math.isfinite(x)]
    sizes = [abs(x) for x in finite if x != 0]
    is_scientific = sizes and (max(sizes) >= 1e8 or min(sizes) < 1e-4 or
                               max(sizes) / min(sizes) > 1000)
    split = _scientific if is_scientific else _positional

    def signed(text):
        return text if not plus or text.startswith("-") else "+" + text

    def nonfinite(x):
        return signed("nan" if math.isnan(x) else "-inf" if x < 0 else "inf")

    parts = [split(x, is_single, 8) if math.isfinite(x) else None for x in numbers]
    known = [part for part in parts if part]
    fraction = max((len(part[1]) for part in known), default=0)
    if is_scientific:
        parts = [part and split(x, is_single, 8, fraction) for x, part in zip(numbers, parts)]
    left = max((len(signed(part[0])) for part in known), default=0)
    tail = max((len(part[2]) for part in known), default=0) if is_scientific else 0
    for x in numbers:
        if not math.isfinite(x):
            size = 3 if math.isnan(x) else len(nonfinite(x))
            left = max(left, size - fraction - tail - 1)
    cells = []
    for x, part in zip(numbers, parts):
        if part is None:
            cells.append(nonfinite(x).rjust(left + 1 + fraction + tail))
        elif is_scientific:
            exponent = part[2][:2] + part[2][2:].rjust(tail - 2, "0")
            cells.append(signed(part[0]).rjust(left) + "." + part[1] + exponent)
        else:
            cells.append(signed(part[0]).rjust(left) + "." + part[1].ljust(fraction))
    return cells


def _cells(node, numbers):
    if node.dtype == "bool":
        return [" True" if x else "False" for x in numbers]
    if node.dtype.startswith("float"):
        return _float_cells(numbers, node.dtype == "float32")
    if node.dtype.startswith("complex"):
        is_single = node.dtype == "complex64"
        real = _float_cells([x[0] for x in numbers], is_single)
        imaginary = _float_cells([x[1] for x in numbers], is_single, plus=True)
        return [r + i.rstrip() + "j" + i[len(i.rstrip()):] for r, i in zip(real, imaginary)]
    width = max(len(str(x)) for x in numbers)
    return [str(x).rjust(width) for x in numbers]


def _scalar_float(x, is_single, trim=".0"):
    if not math.isfinite(x):
        return "nan" if math.isnan(x) else "-inf" if x < 0 else "inf"
    if x == 0 or 1e-4 <= abs(x) < 1e16:
        before, behind = _positional(x, is_single, 400)
        return before + ("." + behind if behind else trim)
    first, fraction, exponent = _scientific(x, is_single, 400)
    return first + ("." + fraction if fraction else "") + exponent


def _scalar(node):
    x = node.element(())
    if node.dtype.startswith("float"):
        return _scalar_float(x, node.dtype == "float32")
    if node.dtype.startswith("complex"):
        is_single = node.dtype == "complex64"
        real, imaginary = (_scalar_float(part, is_single, "") for part in x)
        if x[0] == 0 and math.copysign(1, x[0]) > 0:
            return imaginary + "j"
        return "(%s%s%sj)" % (real, "" if imaginary.startswith("-") else "+", imaginary)
    return str(x)


def _numpy_text(node):
    """As NumPy's str: at most 1000 elements, else 3 at each edge of each axis."""
    if not node.shape:
        return _scalar(node)
    if 0 in node.shape:
        return "[]"
    is_summarised = math.prod(node.shape) > 1000
    shown = [list(range(3)) + [None] + list(range(n - 3, n)) if is_summarised and n > 6
             else list(range(n)) for n in node.shape]
    if math.prod(len([i for i in axis if i is not None]) for axis in shown) > 10000:
        return "[...]"

    indices = [()]
    for axis in shown:
        indices = [index + (i,) for index in indices for i in axis if i is not None]
    cells = dict(zip(indices, _cells(node, [node.element(index) for index in indices])))

    def rows(index, indent, width):
        axis = len(index)
        words = shown[axis]
        if axis + 1 < len(node.shape):
            inner = [indent + ("..." if i is None else rows(index + (i,), indent + " ", width - 1))
                     for i in words]
            return "[" + ("\n" * (len(node.shape) - axis - 1)).join(inner)[len(indent):] + "]"
        text, line = "", indent
        for n, i in enumerate(words):
            word = "..." if i is None else cells[index + (i,)]
            if len(line) + len(word) > width - 1 and len(line) > len(indent):
                text, line = text + line.rstrip() + "\n", indent
            line += word + (" " if n + 1 < len(words) else "")
        return "[" + (text + line)[len(indent):] + "]"

    return rows((), " ", 75)


# ---- printers --------------------------------------------------------------------------------

def _tuple(dims):
    return "(%s)" % ",".join(map(str, dims)) if len(dims) != 1 else "(%d,)" % dims[0]


def _named(node):
    return ("'%s' " % node.label if node.label else "") + _tuple(node.shape)


def _printable(text):
    """Without what gdb's terminal does not have."""
    charset = gdb.host_charset() if hasattr(gdb, "host_charset") else "ascii"
    return text.encode(charset, "backslashreplace").decode(charset)


def _heading(node):
    text = node.dtype + " " + _named(node)
    ancestors = node.ancestors
    if ancestors:
        kind = "ref" if node.flags & _DECLARED else "view"
        text += ", %s of %s" % (kind, _named(ancestors[0]))
        if len(ancestors) > 1:
            text += ", base %s" % _named(ancestors[-1])
    return text + (", read-only" if node.flags & _READ_ONLY else "")


def describe(address):
    """An array, given its node. Never raises."""
    if address == 0:
        return "Array()"
    try:
        node = Node(address)
        text = _heading(node)
        elements = _numpy_text(node)
        return _printable(text + (":\n" if "\n" in elements else ": ") + elements)
    except (Damaged, gdb.error, struct.error, ValueError, OverflowError):
        return "<no array: not initialised, or damaged>"


class ArrayPrinter:
    """Of cow::Array<T>."""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        try:
            return describe(_node_address(self.value))
        except gdb.error as error:
            return "<%s>" % error


def _printers():
    printers = gdb.printing.RegexpCollectionPrettyPrinter("cow_array")
    printers.add_printer("Array", "^cow::Array<.*>$", ArrayPrinter)
    return printers


# ---- commands --------------------------------------------------------------------------------

def _call(function, *arguments):
    """What an `extern "C"` function of the program, which returns text, says."""
    if not _has_symbol(function):
        raise gdb.GdbError("this program has no AliasSanitizer")
    types = ", ".join("long" if isinstance(a, int) else "const void*" for a in arguments)
    values = ", ".join("%dL" % a if isinstance(a, int) else "(const void*)%d" % a.address
                       for a in arguments)
    unwind = gdb.parameter("unwindonsignal")
    gdb.execute("set unwindonsignal on", to_string=True)
    try:
        called = gdb.parse_and_eval("((const char* (*)(%s))%s)(%s)" % (types, function, values))
        return called.string("utf-8", "replace")
    finally:
        gdb.execute("set unwindonsignal %s" % ("on" if unwind else "off"), to_string=True)


def _has_symbol(name):
    try:
        gdb.parse_and_eval("(void*)&" + name)
        return True
    except gdb.error:
        return False


def _is_live():
    inferior = gdb.selected_inferior()
    # A core file has a process id and threads, too, but nothing that could run.
    connection = getattr(inferior, "connection", None)
    return inferior.pid != 0 and (connection is None or connection.type != "core")


def _array_of(expression):
    try:
        address = _node_address(gdb.parse_and_eval(expression))
    except gdb.error as error:
        raise gdb.GdbError("%s is no cow::Array that can be looked at: %s" % (expression, error))
    if address == 0:
        raise gdb.GdbError("%s is Array(): no array, or moved from" % expression)
    try:
        return Node(address)
    except (Damaged, gdb.error, struct.error):
        raise gdb.GdbError("%s is no array: not initialised, or damaged" % expression)


def _path_text(node):
    """The array and what it was made from."""
    text, indent = "", ""
    for at in reversed([node] + node.ancestors):
        name = at.label or ("view" if indent else "array")
        text += "%s%s %s%s\n" % (indent + "└── " if text else "", name, _tuple(at.shape),
                                 "" if at.is_alive else " (dropped)")
        indent += "    " if indent or text.count("\n") > 1 else ""
    return text


class AlsanCommand(gdb.Command):
    """Ask about arrays: alsan tree, alsan blame."""

    def __init__(self):
        super().__init__("alsan", gdb.COMMAND_DATA, prefix=True)


class TreeCommand(gdb.Command):
    """alsan tree ARRAY: the arrays that share its memory.

    Of a core file, or without AliasSanitizer: the array and what it was made from."""

    def __init__(self):
        super().__init__("alsan tree", gdb.COMMAND_DATA, gdb.COMPLETE_EXPRESSION)

    def invoke(self, argument, from_tty):
        if not argument.strip():
            raise gdb.GdbError("usage: alsan tree ARRAY")
        node = _array_of(argument)
        if _is_live() and _has_symbol("alsan_gdb_tree"):
            gdb.write(_call("alsan_gdb_tree", node))
        else:
            gdb.write(_path_text(node))


class BlameCommand(gdb.Command):
    """alsan blame ARRAY [POSITION...]: which line wrote an element, or each element, last.

    Positions are expressions, one an axis; negative ones count from the end. Needs a live process
    with AliasSanitizer; ALSAN_OPTIONS=blame=1 records all writes."""

    def __init__(self):
        super().__init__("alsan blame", gdb.COMMAND_DATA, gdb.COMPLETE_EXPRESSION)

    def invoke(self, argument, from_tty):
        arguments = gdb.string_to_argv(argument)
        if not arguments:
            raise gdb.GdbError("usage: alsan blame ARRAY [POSITION...]")
        node = _array_of(arguments[0])
        if not _is_live():
            raise gdb.GdbError("alsan blame needs a live process")
        if len(arguments) == 1 and node.shape:
            gdb.write(_call("alsan_gdb_blame", node))
            return
        if len(arguments) - 1 != len(node.shape):
            raise gdb.GdbError("%s has %d axes" % (arguments[0], len(node.shape)))
        flat = 0
        for axis, (text, extent) in enumerate(zip(arguments[1:], node.shape)):
            position = int(gdb.parse_and_eval(text))
            if not -extent <= position < extent:
                raise gdb.GdbError("index %d is out of bounds for axis %d with size %d" %
                                   (position, axis, extent))
            flat = flat * extent + position % extent
        gdb.write(_call("alsan_gdb_blame_element", node, flat))


gdb.printing.register_pretty_printer(None, _printers(), replace=True)
AlsanCommand()
TreeCommand()
BlameCommand()

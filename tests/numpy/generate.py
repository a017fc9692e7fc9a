#!/usr/bin/env python3
"""Writes what NumPy 1.24 does with random views, selections and element types.

Usage: generate.py [DIRECTORY]   (of this file by default)

Two files of one JSON object a line, which the tests beside them replay:

view_algebra_facts.jsonl.gz: an int64 array `arange` of shape "b"; "x" is made from it by the view
operations "p" (read-only if "ro"); then one operation "o". An index is a list of entries: integers,
[start, stop, step], "n" (newaxis), "." (ellipsis), {"l": list}, {"i": positions, "s": shape},
{"m": mask as "0" and "1", "s": shape}. The result "r": shape "s", strides "t", values "v" (in C
order), for views whether they share memory "m" and are writeable "w"; for writes the values of "x"
and of the base "a" afterwards. Instead of many values the CRC-32 of their bytes. An error "e":
"range" or "value".

element_algebra_facts.jsonl.gz: operations on element types; values are little-endian bytes in hex.

Where the library means to differ from NumPy 1.24, the fact holds what the library means:
diagonals are writeable; positions that do not broadcast are a "value" error, as all shapes;
positions, masks and right sides are checked where nothing is selected, too; -1 is the only negative
extent; integers are compared by value, as NumPy 2 does; a right side is read before anything is
written, and nothing is if there is an error. Of several errors at once the facts have none.
"""
import gzip
import json
import os
import random
import sys
import warnings
import zlib

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view

rng = random.Random(20240607)
MOST_VALUES = 6


def flat_values(a):
    return np.ascontiguousarray(a).reshape(-1).tolist()


def values(a):
    """A short list, or the checksum of a long one."""
    if a.size <= MOST_VALUES:
        return flat_values(a)
    return zlib.crc32(np.ascontiguousarray(a, dtype="<i8").tobytes())


def chance(p):
    return rng.random() < p


def random_shape(max_ndim, most=200):
    while True:
        ndim = min(max_ndim, rng.choice([0, 1, 1, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5]))
        shape = [rng.choice([0, 1, 1, 2, 2, 3, 3, 4, 4, 4]) for _ in range(ndim)]
        if 0 in shape and chance(0.6):
            continue
        if np.prod(shape, dtype=int) <= most:
            return shape


class Rejected(Exception):
    """An argument that the library's types do not let through."""


def error_class(error):
    if isinstance(error, np.AxisError):
        return "range"
    if isinstance(error, (IndexError, DeprecationWarning)):
        return "value" if "could not be broadcast" in str(error) else "range"
    if isinstance(error, ValueError):
        return "value"
    raise Rejected(str(error)) from error


# ---- indices -------------------------------------------------------------------------------------


def random_slice(n):
    def bound():
        return None if chance(0.3) else rng.randint(-n - 2, n + 2)

    step = None if chance(0.4) else rng.choice([-3, -2, -1, 1, 2, 3, 1, -1])
    if chance(0.01):
        step = 0
    return [bound(), bound(), step]


def random_position(n):
    if chance(0.02) or n == 0 and chance(0.2):
        return rng.choice([n, -n - 1, n + 5, -n - 7])
    return rng.randint(-n, n - 1) if n > 0 else 0


def positions_entry(n, common):
    """Positions along an axis of `n` that broadcast with those of shape `common`, mostly."""
    shape = [1 if chance(0.2) else extent for extent in common[rng.randint(0, len(common)) :]]
    if chance(0.02):
        shape = random_shape(2, 9)
    if n == 0 and chance(0.7):
        shape = [0] + shape[1:]
    count = int(np.prod(shape, dtype=int))
    numbers = [random_position(n) for _ in range(count)]
    if len(shape) == 1 and chance(0.5):
        return {"l": numbers}
    return {"i": numbers, "s": shape}


def mask_entry(shape, common):
    if chance(0.03):
        shape = random_shape(2, 9)
    count = int(np.prod(shape, dtype=int))
    wanted = common[-1] if common else rng.randint(0, 2)
    if chance(0.2):
        wanted = rng.randint(0, count)
    chosen = set(rng.sample(range(count), min(wanted, count)))
    return {"m": "".join("1" if i in chosen else "0" for i in range(count)), "s": list(shape)}


def random_entries(shape, common, advanced):
    """Entries for all axes of `shape`."""
    entries = []
    axis = 0
    while axis < len(shape):
        kind = rng.random()
        if chance(0.1):
            entries.append("n")
        if advanced and chance(0.03):
            entries.append(mask_entry([], common))
        if kind < 0.2:
            entries.append(random_position(shape[axis]))
        elif kind < 0.5 or not advanced:
            entries.append(random_slice(shape[axis]))
        elif kind < 0.8:
            entries.append(positions_entry(shape[axis], common))
        else:
            covered = rng.randint(1, min(3, len(shape) - axis))
            entries.append(mask_entry(shape[axis : axis + covered], common))
            axis += covered - 1
        axis += 1
    if chance(0.1):
        entries.append("n")
    if advanced and not shape and chance(0.3):
        entries.append(mask_entry([], common))
    return entries


def random_index(shape, advanced):
    while True:
        named = rng.randint(0, len(shape))
        front = rng.randint(0, named) if chance(0.4) else named
        common = [rng.choice([0, 1, 2, 2, 3, 3]) for _ in range(rng.choice([0, 1, 1, 1, 2, 2, 3]))]
        entries = random_entries(shape[:front], common, advanced)
        if front < named or chance(0.2):
            back = shape[len(shape) - (named - front) :] if front < named else []
            entries += ["."] + random_entries(back, common, advanced)
        if chance(0.01):
            entries.append(".")
        if chance(0.01):
            entries += [0] * (len(shape) + 1)
        if not advanced or any(isinstance(entry, dict) for entry in entries):
            return entries


def numpy_index(entries):
    def one(entry):
        if isinstance(entry, list):
            return slice(*entry)
        if entry == "n":
            return None
        if entry == ".":
            return Ellipsis
        if isinstance(entry, int):
            return entry
        if "l" in entry:
            return list(entry["l"])
        if "i" in entry:
            return np.array(entry["i"], dtype=np.int64).reshape(entry["s"])
        return np.array([c == "1" for c in entry["m"]], dtype=bool).reshape(entry["s"])

    return tuple(one(entry) for entry in entries)


# ---- views ---------------------------------------------------------------------------------------


def random_axis(ndim):
    if chance(0.06) or ndim == 0:
        return rng.choice([ndim, -ndim - 1, ndim + 3])
    return rng.randint(-ndim, ndim - 1)


def random_axes(ndim):
    """None, an axis, or a tuple of them."""
    if chance(0.3):
        return None
    if chance(0.4):
        return random_axis(ndim)
    axes = rng.sample(range(ndim), rng.randint(0, ndim))
    axes = [axis - ndim if chance(0.3) else axis for axis in axes]
    if axes and chance(0.1):
        axes[rng.randrange(len(axes))] = random_axis(ndim)
    return axes


def random_factors(size):
    if size == 0:
        shape = random_shape(3)
        return shape if 0 in shape else shape + [0]
    factors = []
    while size > 1:
        divisor = rng.choice([d for d in range(2, size + 1) if size % d == 0])
        factors.append(divisor)
        size //= divisor
    for _ in range(rng.randint(0, 2)):
        factors.insert(rng.randint(0, len(factors)), 1)
    return factors


def random_reshape(x):
    shape = random_factors(x.size)
    if shape and chance(0.3):
        shape[rng.randrange(len(shape))] = -1
    if chance(0.08):
        shape.append(rng.choice([0, 2, -1, -2, 5]))
    return shape


def random_broadcast(x):
    shape = [rng.randint(0, 3) if extent == 1 and chance(0.6) else extent for extent in x.shape]
    shape = [rng.randint(0, 3) for _ in range(rng.randint(0, 2))] + shape
    if shape and chance(0.12):
        shape[rng.randrange(len(shape))] = rng.choice([-1, 0, 1, 2, 5])
    if shape and chance(0.04):
        shape.pop(0)
    return shape


def random_window(x):
    if chance(0.35) and x.ndim:
        axes = None
        extents = x.shape
    else:
        axes = random_axes(x.ndim)
        axes = axes if axes is not None else random_axis(x.ndim)
        listed = axes if isinstance(axes, list) else [axes]
        if listed and chance(0.1):
            listed = listed + [listed[0]]
            axes = listed
        extents = [x.shape[a] if -x.ndim <= a < x.ndim else 2 for a in listed]
    window = [rng.randint(1, extent) if extent else 0 for extent in extents]
    if window and chance(0.15):
        window[rng.randrange(len(window))] = rng.choice([-1, 0, 4, 5])
    if chance(0.04):
        window.append(1)
    if len(window) == 1 and chance(0.5):
        window = window[0]
    return window, axes


def random_strided(x):
    ndim = rng.randint(0, 3)
    shape = [rng.randint(0 if chance(0.1) else 1, 3) for _ in range(ndim)]
    strides = [8 * rng.randint(-3, 4) for _ in range(ndim)]
    if ndim and chance(0.05):
        strides[0] += 4
    if ndim and chance(0.05):
        shape[0] = -1
    if chance(0.03):
        shape.append(1)
    return shape, strides


def random_view(x):
    """An operation that makes a view of `x`, perhaps with bad arguments."""
    kind = rng.choice(VIEWS)
    n = x.ndim
    if kind == "index":
        return [kind, random_index(list(x.shape), False)]
    if kind in ("reshape", "view_as"):
        return [kind, random_reshape(x)]
    if kind in ("ravel", "T", "copy", "flatten"):
        return [kind]
    if kind == "transpose":
        axes = rng.sample(range(n), n)
        axes = [axis - n if chance(0.3) else axis for axis in axes]
        if axes and chance(0.15):
            axes[rng.randrange(n)] = random_axis(n)
        if chance(0.05):
            axes.append(0)
        return [kind, None if chance(0.1) else axes]
    if kind == "swapaxes":
        return [kind, random_axis(n), random_axis(n)]
    if kind == "squeeze":
        ones = [axis for axis in range(n) if x.shape[axis] == 1]
        axes = rng.sample(ones, rng.randint(0, len(ones)))
        axes = [axis - n if chance(0.3) else axis for axis in axes]
        return [kind, rng.choice([None, axes, axes, random_axes(n)])]
    if kind == "flip":
        return [kind, random_axes(n)]
    if kind == "expand_dims":
        return [kind, random_axis(n + 1)]
    if kind == "broadcast_to":
        return [kind, random_broadcast(x)]
    if kind == "diagonal":
        axes = rng.sample(range(n), 2) if n >= 2 else [0, 1]
        axes = [axis - n if chance(0.3) else axis for axis in axes]
        if chance(0.15):
            axes[rng.randrange(2)] = random_axis(n)
        if chance(0.1):
            return [kind, rng.randint(-5, 5)]
        return [kind, rng.choice([0, rng.randint(-5, 5)])] + axes
    if kind == "sliding_window_view":
        return [kind, *random_window(x)]
    return [kind, *random_strided(x)]


VIEWS = ["index", "reshape", "view_as", "ravel", "T", "transpose", "swapaxes", "squeeze"] + [
    "expand_dims", "broadcast_to", "diagonal", "flip", "sliding_window_view", "as_strided",
    "flatten", "copy", "index", "reshape", "diagonal", "sliding_window_view",
]


def tuple_or_number(axes):
    return tuple(axes) if isinstance(axes, list) else axes


def stride_bounds_ok(x, owner, shape, strides):
    """Whether all elements lie in the memory of `owner`."""
    if any(extent == 0 for extent in shape):
        return True
    begin = x.__array_interface__["data"][0] - owner.__array_interface__["data"][0]
    reaches = [(extent - 1) * stride for extent, stride in zip(shape, strides)]
    low = begin + sum(reach for reach in reaches if reach < 0)
    high = begin + 8 + sum(reach for reach in reaches if reach > 0)
    return low >= 0 and high <= owner.nbytes


def apply_view(x, op, owner):
    kind, *args = op
    if kind == "index":
        return x[numpy_index(args[0])]
    if kind == "reshape":
        return x.reshape(args[0])
    if kind == "view_as":
        made = x.reshape(args[0])
        if made.size and not np.shares_memory(made, x):
            raise ValueError("cannot be seen in that shape")
        return made
    if kind in ("ravel", "copy", "flatten"):
        return getattr(x, kind)()
    if kind == "sliding_window_view":
        window = args[0] if isinstance(args[0], list) else [args[0]]
        axes = args[1] if isinstance(args[1], list) else [args[1] or 0]
        if min(window, default=0) < 0 and any(not -x.ndim <= axis < x.ndim for axis in axes):
            raise Rejected("two errors")
    if kind == "T":
        return x.T
    if kind == "transpose":
        return x.transpose(args[0])
    if kind == "swapaxes":
        return x.swapaxes(*args)
    if kind == "squeeze":
        return x.squeeze(tuple_or_number(args[0]))
    if kind == "expand_dims":
        return np.expand_dims(x, args[0])
    if kind == "broadcast_to":
        return np.broadcast_to(x, tuple(args[0]))
    if kind == "diagonal":
        made = x.diagonal(*args)
        if x.flags.writeable:
            made = as_strided(made, made.shape, made.strides) if made.size else made
        return made
    if kind == "flip":
        made = np.flip(x, tuple_or_number(args[0]))
        return made if x.ndim else x[...]
    if kind == "sliding_window_view":
        return sliding_window_view(x, tuple_or_number(args[0]), tuple_or_number(args[1]))
    if len(args[0]) != len(args[1]) or -1 in args[0]:
        raise ValueError("shape and strides")
    if any(stride % 8 and extent > 1 for extent, stride in zip(*args)):
        raise ValueError("not aligned")
    if not stride_bounds_ok(x, owner, *args):
        raise IndexError("beyond the buffer")
    return as_strided(x, tuple(args[0]), tuple(args[1]), writeable=x.flags.writeable)


def writeable_as_meant(x, made, op):
    """As here, where a diagonal is as writeable as its source."""
    if op[0] == "diagonal":
        return bool(x.flags.writeable)
    return bool(made.flags.writeable)


def view_result(x, made, op):
    result = {"s": list(made.shape), "v": values(made)}
    if made.size:
        result["t"] = list(made.strides)
        result["m"] = int(np.shares_memory(made, x, max_work=-1))
    result["w"] = int(writeable_as_meant(x, made, op))
    return result


# ---- one fact ------------------------------------------------------------------------------------


def writeable_copy_of_pattern(base, steps):
    """The base and `x`, made from it."""
    x = base
    for op in steps:
        x = apply_view(x, op, base)
    return x


def random_base():
    """A shape, view operations, and whether the result is made read-only."""
    shape = random_shape(5)
    base = np.arange(int(np.prod(shape, dtype=int)), dtype=np.int64).reshape(shape)
    steps = []
    x = base
    for _ in range(rng.choice([0, 0, 1, 1, 2])):
        while True:
            kind = rng.choice(["index", "index", "transpose", "T", "flip", "swapaxes"])
            op = random_view_of_kind(x, kind)
            try:
                made = apply_view(x, op, base)
            except (ValueError, IndexError):
                continue
            if isinstance(made, np.ndarray) and (made.size or chance(0.1)):
                break
            if not isinstance(made, np.ndarray) or x.size == 0:
                op = ["T"]
                made = x.T
                break
        steps.append(op)
        x = made
    return shape, steps, int(chance(0.04))


def random_view_of_kind(x, kind):
    while True:
        op = random_view(x)
        if op[0] == kind:
            return op


def random_right_side(selected_shape, x):
    """A number, a new array, or a view of `x`; mostly one that fits."""
    if chance(0.3):
        return {"k": 777}
    if chance(0.35):
        steps = []
        part = x
        for _ in range(rng.randint(0, 2)):
            op = random_view_of_kind(part, rng.choice(["index", "flip", "T", "transpose"]))
            try:
                made = part[numpy_index(op[1])] if op[0] == "index" else apply_view(part, op, x)
            except (ValueError, IndexError):
                continue
            if isinstance(made, np.ndarray):
                steps.append(op)
                part = made
        return {"x": steps}
    shape = [1 if chance(0.2) else extent for extent in selected_shape]
    shape = shape[rng.randint(0, len(shape)) if chance(0.4) else 0 :]
    if chance(0.06):
        shape = [1] + shape
    if shape and chance(0.08):
        shape[rng.randrange(len(shape))] = rng.choice([0, 2, 3, 5])
    return {"n": shape}


def right_side(spec, x):
    """Evaluated before the write, as the library does."""
    if "k" in spec:
        return spec["k"]
    if "n" in spec:
        return np.arange(1000, 1000 + int(np.prod(spec["n"], dtype=int))).reshape(spec["n"])
    part = x
    for op in spec["x"]:
        part = apply_view(part, op, x)
    return part.copy()


def random_take(x):
    n = x.ndim
    axis = None if chance(0.3) else random_axis(n)
    known = axis is not None and -n <= axis < n
    extent = x.size if axis is None else x.shape[axis] if known else 2
    return positions_entry(extent, [rng.randint(0, 3) for _ in range(rng.randint(0, 2))]), axis


def random_operation(x):
    kind = rng.random()
    if kind < 0.4:
        return random_view(x)
    if kind < 0.62:
        return ["get", random_index(list(x.shape), True)]
    if kind < 0.85:
        index = random_index(list(x.shape), not chance(0.25))
        try:
            shape = list(np.shape(x[numpy_index(index)]))
        except (ValueError, IndexError, DeprecationWarning):
            shape = [1]
        return [rng.choice(["set", "set", "set", "add", "sub", "mul"]), index,
                random_right_side(shape, x)]
    if kind < 0.91:
        return ["take", *random_take(x)]
    if kind < 0.95:
        axis = None if chance(0.3) else random_axis(x.ndim)
        known = axis is not None and -x.ndim <= axis < x.ndim
        extent = x.size if axis is None else x.shape[axis] if known else 2
        shape = [max(0, extent + rng.choice([0, 0, 0, -1, -1, 1]))]
        if chance(0.06):
            shape = random_shape(2, 6)
        count = int(np.prod(shape, dtype=int))
        return ["compress", {"m": "".join(rng.choice("01") for _ in range(count)), "s": shape}, axis]
    positions = positions_entry(x.size, [rng.randint(0, 4) for _ in range(rng.randint(1, 2))])
    return ["put", positions, random_right_side([rng.randint(0, 4)], x)]


def require_positions(x, entries):
    """Errors for positions beyond their axes and masks of other shapes, each by itself."""
    axes = [1 if isinstance(e, (int, list)) or isinstance(e, dict) and "m" not in e
            else len(e["s"]) if isinstance(e, dict) else 0 for e in entries]
    missing = x.ndim - sum(axes)
    if missing < 0 or entries.count(".") > 1:
        return
    axis = 0
    for entry, count in zip(entries, axes):
        if entry == ".":
            axis += missing
            continue
        extents = x.shape[axis : axis + count]
        axis += count
        numbers = [entry] if isinstance(entry, int) else []
        if isinstance(entry, dict) and "m" not in entry:
            numbers = entry.get("l", entry.get("i"))
        if any(not -extents[0] <= number < extents[0] for number in numbers):
            raise IndexError("position")
        if isinstance(entry, dict) and "m" in entry and list(extents) != entry["s"]:
            raise IndexError("mask")


def require_fit(value, shape):
    """An error unless `value`, without leading axes of extent 1, broadcasts to `shape`."""
    extents = list(np.shape(value))
    while len(extents) > len(shape) and extents[0] == 1:
        extents.pop(0)
    np.broadcast_to(np.zeros(extents), shape)


def in_place_of(kind, target, value):
    if kind == "add":
        target += value
    elif kind == "sub":
        target -= value
    else:
        target *= value
    return target


def perform(x, op, base):
    """The result of the fact's operation; may change `base` through `x`."""
    kind = op[0]
    if kind in ("get", "set", "add", "sub", "mul") and any(isinstance(e, dict) for e in op[1]):
        try:
            x[numpy_index(op[1])]
        except IndexError as error:
            if "could not be broadcast" in str(error):
                try:
                    require_positions(x, op[1])
                except IndexError:
                    raise Rejected("two errors") from error
            raise
        require_positions(x, op[1])
    if kind in ("take", "compress", "put"):
        axis = op[2] if kind != "put" else None
        if axis is None or -x.ndim <= axis < x.ndim:
            extent = x.size if axis is None else x.shape[axis]
            entry = op[1]
            if "m" in entry and len(entry["s"]) == 1:
                entry = {"l": [i for i, digit in enumerate(entry["m"]) if digit == "1"]}
            if "m" not in entry:
                require_positions(np.empty(extent), [entry])
    if kind == "get":
        made = np.asarray(x[numpy_index(op[1])])
        return {"s": list(made.shape), "v": values(made)}
    if kind == "take":
        made = np.asarray(x.take(numpy_index([op[1]])[0], op[2]))
        return {"s": list(made.shape), "v": values(made)}
    if kind == "compress":
        made = x.compress(numpy_index([op[1]])[0], op[2])
        return {"s": list(made.shape), "v": values(made)}
    if kind in ("set", "add", "sub", "mul", "put"):
        value = right_side(op[2], x)
        if kind != "put":
            require_fit(value, np.shape(x[numpy_index(op[1])]))
        if kind == "put":
            x.put(numpy_index([op[1]])[0], value)
        elif kind == "set":
            index = numpy_index(op[1])
            x[index if len(index) != 1 else index[0]] = value
        else:
            index = numpy_index(op[1])
            part = x[index]
            if isinstance(part, np.ndarray):
                part = in_place_of(kind, part, value)
            else:
                whole = np.asarray(x[index + (Ellipsis,)])
                part = in_place_of(kind, whole, value)
            x[index] = part
        return {"v": values(x), "a": values(base)}
    made = apply_view(x, op, base)
    if kind == "index" and not isinstance(made, np.ndarray):
        made = x[numpy_index(op[1]) + (Ellipsis,)]
    return view_result(x, made, op)


def view_fact():
    shape, steps, read_only = random_base()
    count = int(np.prod(shape, dtype=int))
    base = np.arange(count, dtype=np.int64)
    base = base.reshape(shape)
    x = writeable_copy_of_pattern(base, steps)
    if read_only:
        x.flags.writeable = False
    op = random_operation(x)
    fact = {"b": shape}
    if steps:
        fact["p"] = steps
    if read_only:
        fact["ro"] = 1
    fact["o"] = op
    if op[0] in ("reshape", "view_as") and any(extent < -1 for extent in op[1]):
        fact["e"] = "value"
        return fact
    try:
        fact["r"] = perform(x, op, base)
    except (ValueError, IndexError, DeprecationWarning, TypeError) as error:
        fact["e"] = error_class(error)
        if not np.array_equal(base.reshape(-1), np.arange(count)):
            assert op[0] == "put", op  # stops in the middle
    return fact


# ---- element types -------------------------------------------------------------------------------

TYPES = ["bool", "int8", "uint8", "int32", "int64", "uint64", "float32", "float64", "complex128"]


def kind_of(dtype):
    return "biufc".index(np.dtype(dtype).kind)


def random_elements(dtype, shape, simple=False, special=True):
    """`special`: also NaN and infinities. `simple`: sums of them are exact, and floats convert to every integer."""
    d = np.dtype(dtype)
    out = np.empty(int(np.prod(shape, dtype=int)), dtype=d)
    for i in range(out.size):
        if d.kind == "b":
            out[i] = chance(0.5)
        elif d.kind in "iu":
            info = np.iinfo(d)
            if simple and d.itemsize > 1 or chance(0.4):
                out[i] = rng.randint(max(info.min, -9), 9)
            else:
                wide = rng.randint(info.min, info.max)
                out[i] = rng.choice([info.min, info.max, info.min + 1, info.max - 1, wide, wide])
        else:
            def number():
                if special and chance(0.12):
                    return rng.choice([np.nan, np.inf, -np.inf, -0.0])
                if simple or chance(0.5):
                    return rng.randint(-9, 9) / rng.choice([1, 1, 2, 4])
                return rng.uniform(-1, 1) * 10.0 ** rng.randint(-5, 15)

            out[i] = complex(number(), number()) if d.kind == "c" else number()
    return out.reshape(shape)


def packed(a):
    a = np.asarray(a)
    name = a.dtype.name
    return {"d": name, "s": list(a.shape), "x": np.ascontiguousarray(a).tobytes().hex()}


ARITHMETIC = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.true_divide}
COMPARISONS = {"==": np.equal, "!=": np.not_equal, "<": np.less, "<=": np.less_equal,
               ">": np.greater, ">=": np.greater_equal}


def by_value(compare, a, b):
    """Integers of two types compared as such, not as floats."""
    a, b = np.broadcast_arrays(a, b)
    pairs = zip(a.reshape(-1).tolist(), b.reshape(-1).tolist())
    return np.array([bool(compare(int(x), int(y))) for x, y in pairs], bool).reshape(a.shape)


PLAIN = {"==": lambda x, y: x == y, "!=": lambda x, y: x != y, "<": lambda x, y: x < y,
         "<=": lambda x, y: x <= y, ">": lambda x, y: x > y, ">=": lambda x, y: x >= y}


def compare_arrays(name, a, b):
    if kind_of(a.dtype) in (1, 2) and kind_of(b.dtype) in (1, 2):
        return by_value(PLAIN[name], a, b)
    return COMPARISONS[name](a, b)


def binary_facts():
    for left in TYPES:
        for right in TYPES:
            for name in list(ARITHMETIC) + list(COMPARISONS):
                if name == "-" and left == right == "bool":
                    continue
                a = random_elements(left, [rng.choice([1, 4]), 4])
                b = random_elements(right, [rng.choice([1, 4])])
                if name in ARITHMETIC:
                    result = ARITHMETIC[name](a, b)
                else:
                    result = compare_arrays(name, a, b)
                yield {"k": name, "a": packed(a), "b": packed(b), "r": packed(result)}


def in_place_facts():
    for left in TYPES:
        for right in TYPES:
            for name in ARITHMETIC:
                a = random_elements(left, [3, 4])
                b = random_elements(right, [rng.choice([1, 3]), rng.choice([1, 4])])
                fact = {"k": name + "=", "a": packed(a), "b": packed(b)}
                result = a.copy()
                try:
                    ARITHMETIC[name](result, b, out=result)
                    fact["r"] = packed(result)
                except TypeError:
                    fact["e"] = "type"
                yield fact


SCALARS = {"bool": [True, False], "int64": [0, 1, 2, 3, -1, -7, 100, 127], "float64": [0.5, -2.25, 3.0],
           "complex128": [1 + 2j, -0.5j]}


def fits(number, dtype):
    """Whether NumPy 1.24 keeps the array's element type for this number of its kind."""
    d = np.dtype(dtype)
    if isinstance(number, bool) or d.kind not in "iu" or not isinstance(number, int):
        return True
    return np.iinfo(d).min <= number <= np.iinfo(d).max


def scalar_facts():
    for left in TYPES:
        for kind, numbers in SCALARS.items():
            for name in list(ARITHMETIC) + list(COMPARISONS):
                if name == "-" and left == kind == "bool":
                    continue
                number = rng.choice(numbers)
                if name in ARITHMETIC and not fits(number, left):
                    number = rng.choice([0, 1, 3])
                a = random_elements(left, [5])
                swapped = chance(0.4)
                if name in COMPARISONS and kind == "int64" and kind_of(left) in (1, 2):
                    other = np.array(number, dtype=object)
                    pair = (other, a) if swapped else (a, other)
                    result = by_value(PLAIN[name], *pair)
                else:
                    table = ARITHMETIC if name in ARITHMETIC else COMPARISONS
                    result = table[name](number, a) if swapped else table[name](a, number)
                yield {"k": name, "a": packed(a), "n": packed(np.array(number, dtype=kind)),
                       "swapped": int(swapped), "r": packed(result)}


def negative_facts():
    for dtype in TYPES[1:]:
        a = random_elements(dtype, [24])
        yield {"k": "negative", "a": packed(a), "r": packed(-a)}


def cast_facts():
    for source in TYPES:
        for target in TYPES:
            simple = kind_of(source) >= 3 and kind_of(target) < 3
            a = random_elements(source, [12], simple=simple, special=not simple)
            if simple and np.dtype(target).kind == "u":
                a = np.abs(a).astype(source)
            yield {"k": "astype", "a": packed(a), "d": target, "r": packed(a.astype(target))}


REDUCTIONS = ["sum", "mean", "min", "max", "argmin", "argmax", "any", "all"]


def reduction_facts():
    for dtype in TYPES:
        for name in REDUCTIONS:
            for _ in range(14):
                shape = random_shape(4, 60)
                special = chance(0.5)
                a = random_elements(dtype, shape, simple=True, special=special)
                axes = rng.sample(range(len(shape)), len(shape))
                x = a.transpose(axes)
                flips = [axis for axis in range(x.ndim) if chance(0.25)]
                x = np.flip(x, flips)
                axis = None if chance(0.3) else random_axis(x.ndim)
                fact = {"k": name, "a": packed(a), "t": axes, "f": flips, "axis": axis}
                try:
                    fact["r"] = packed(getattr(x, name)(axis=axis))
                except (ValueError, IndexError) as error:
                    fact["e"] = error_class(error)
                yield fact


def linspace_facts():
    for dtype in TYPES[1:]:
        for _ in range(30):
            start, stop = random_elements(dtype, [2], special=False)
            if kind_of(dtype) < 3:
                start, stop = np.random.RandomState(rng.randint(0, 10**6)).randint(0, 100, 2)
                if np.dtype(dtype).kind == "i":
                    start -= 50
                start, stop = np.dtype(dtype).type(start), np.dtype(dtype).type(stop)
            if chance(0.1):
                stop = start
            count = rng.choice([0, 1, 2, 3, 5, 7, 11, 50])
            endpoint = chance(0.6)
            made = np.linspace(start, stop, count, endpoint=endpoint, dtype=dtype)
            yield {"k": "linspace", "a": packed(np.array([start, stop], dtype=dtype)), "n": count,
                   "endpoint": int(endpoint), "r": packed(made)}


def element_facts():
    for facts in (binary_facts, in_place_facts, scalar_facts, negative_facts, cast_facts,
                  reduction_facts, linspace_facts):
        yield from facts()


# ---- files ---------------------------------------------------------------------------------------


def write_facts(path, facts):
    text = "".join(json.dumps(fact, separators=(",", ":")) + "\n" for fact in facts)
    with open(path, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as out:
        out.write(text.encode())
    print(path, text.count("\n"), "facts,", os.path.getsize(path), "bytes")


def view_facts(count):
    kept = 0
    while kept < count:
        try:
            yield view_fact()
            kept += 1
        except Rejected:
            continue


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    warnings.simplefilter("ignore", RuntimeWarning)
    warnings.simplefilter("ignore", np.ComplexWarning)
    warnings.simplefilter("error", DeprecationWarning)
    with np.errstate(all="ignore"):
        write_facts(os.path.join(folder, "view_algebra_facts.jsonl.gz"), view_facts(12000))
        write_facts(os.path.join(folder, "element_algebra_facts.jsonl.gz"), element_facts())


if __name__ == "__main__":
    main()

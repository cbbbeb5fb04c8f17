"""Shows what is in the memory of a WebAssembly program.

A pointer of the program is an offset in its memory. gdb follows pointers to structs, unions and arrays by itself,
because their types say where the memory is. This script does the rest: it shows what pointers to numbers and
characters lead to, and strings and vectors of C++ and Rust.

Functions for expressions: $guest(POINTER) is what a pointer leads to, $guest_text(POINTER) the text there.
"""

import gdb

MOST_BYTES = 200
POINTERS = (gdb.TYPE_CODE_PTR, gdb.TYPE_CODE_REF, gdb.TYPE_CODE_RVALUE_REF)
NUMBERS = (gdb.TYPE_CODE_INT, gdb.TYPE_CODE_FLT, gdb.TYPE_CODE_BOOL, gdb.TYPE_CODE_CHAR, gdb.TYPE_CODE_ENUM,
           gdb.TYPE_CODE_PTR)
AGGREGATES = (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION, gdb.TYPE_CODE_ARRAY)


def memory():
    """The native address of the program's memory."""
    symbol = gdb.lookup_global_symbol("swasm_memory") or gdb.lookup_static_symbol("swasm_memory")
    return int(symbol.value())


def read(address, size):
    return gdb.selected_inferior().read_memory(memory() + (int(address) & 0xffffffff), size)


def plain(type):
    return type.unqualified().strip_typedefs()


def follow(pointer, index=0, type=None):
    """What a pointer of the program leads to: a value of the pointer's type, or of another."""
    target = type or plain(pointer.type).target()
    if type is None and plain(target).code in AGGREGATES:
        return (pointer + index).dereference()
    address = int(pointer) + index * target.sizeof
    return gdb.Value(bytes(read(address, target.sizeof)), target)


def is_character(type):
    type = plain(type)
    return type.sizeof == 1 and (type.code == gdb.TYPE_CODE_CHAR or type.name in ("char", "signed char", "char8_t"))


def text_at(address, count=None):
    """Up to MOST_BYTES bytes, and whether there are more. Without a count: up to a zero."""
    wanted = MOST_BYTES + 1 if count is None else min(count, MOST_BYTES)
    result = b""
    while len(result) < wanted:
        try:
            part = bytes(read(address + len(result), min(wanted - len(result), 16)))
        except gdb.MemoryError:
            break
        if count is None and 0 in part:
            return result + part[: part.index(0)], False
        result += part
    return result[:MOST_BYTES], count is None or count > MOST_BYTES


def quoted(address, count=None):
    data, has_more = text_at(int(address), count)
    shown = "".join(c if c.isprintable() and c not in '"\\' else
                    {"\n": "\\n", "\t": "\\t", '"': '\\"', "\\": "\\\\"}.get(c, "\\x%02x" % ord(c))
                    for c in data.decode("utf-8", "backslashreplace"))
    return '"%s"%s' % (shown, "..." if has_more else "")


class Pointer:
    """A pointer to characters or to a number: its value, and what is there."""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        address = int(self.value)
        shown = "0x%x" % address
        if address == 0:
            return shown
        try:
            target = self.value.type.strip_typedefs().target()
            if is_character(target):
                return "%s %s" % (shown, quoted(address))
            return "%s -> %s" % (shown, follow(self.value).format_string(max_depth=1, raw=True))
        except (gdb.error, gdb.MemoryError):
            return shown


class Text:
    """Characters with a count."""

    def __init__(self, address, count):
        self.address, self.count = address, count

    def to_string(self):
        return quoted(self.address, int(self.count))


class Sequence:
    """Elements one after another."""

    def __init__(self, name, pointer, count, type=None):
        self.name, self.pointer, self.count, self.type = name, pointer, int(count), type

    def to_string(self):
        return "%s of %d" % (self.name, self.count)

    def children(self):
        for index in range(min(self.count, 10000)):
            yield "[%d]" % index, follow(self.pointer, index, self.type)

    def display_hint(self):
        return "array"


def fields(value):
    return [field.name for field in value.type.strip_typedefs().fields()]


def inner(value, *names):
    """The first field of these names, however deep in fields of other names of this list."""
    for _ in range(8):
        kind = plain(value.type)
        if kind.code != gdb.TYPE_CODE_STRUCT:
            return value
        name = next((n for n in names if n in fields(value)), None)
        if name is None:
            return None
        value = value[name]
    return None


def cxx_string(value):
    rep = value["__rep_"] if "__rep_" in fields(value) else inner(value["__r_"], "__value_")
    if int(rep["__s"]["__is_long_"]):
        return Text(int(rep["__l"]["__data_"]), rep["__l"]["__size_"])
    return Text(int(rep["__s"]["__data_"].address) - memory(), rep["__s"]["__size_"])


def cxx_vector(value):
    begin = value["__begin_"]
    size = plain(begin.type).target().sizeof
    return Sequence("vector", begin, (int(value["__end_"]) - int(begin)) // size)


def rust_vector(value):
    pointer = inner(value["buf"], "inner", "ptr", "pointer")
    element = value.type.strip_typedefs().template_argument(0)
    # The pointer may be one to bytes.
    is_typed = plain(pointer.type).target().sizeof == element.sizeof
    return Sequence("vec", pointer, value["len"], None if is_typed else element)


def rust_string(value):
    vector = value["vec"]
    return Text(int(inner(vector["buf"], "inner", "ptr", "pointer")), vector["len"])


def rust_slice(value):
    if plain(value.type).name in ("&str", "&mut str"):
        return Text(int(value["data_ptr"]), value["length"])
    return Sequence("slice", value["data_ptr"], value["length"])


STRUCTS = (
    ("std::__2::basic_string<char,", cxx_string),
    ("std::__2::vector<", cxx_vector),
    ("alloc::string::String", rust_string),
    ("alloc::vec::Vec<", rust_vector),
    ("&", rust_slice),
)


def printer(value):
    """The way to show a value; None if gdb's own is good."""
    try:
        kind = plain(value.type)
        if kind.code == gdb.TYPE_CODE_PTR and kind.sizeof == 4:
            return Pointer(value) if plain(kind.target()).code in NUMBERS else None
        if kind.code != gdb.TYPE_CODE_STRUCT or not kind.name:
            return None
        for name, make in STRUCTS:
            if kind.name.startswith(name):
                return make(value)
    except (gdb.error, gdb.MemoryError, AttributeError, TypeError):
        pass
    return None


class Guest(gdb.Function):
    """$guest(POINTER): what a pointer of the program leads to."""

    def __init__(self):
        super().__init__("guest")

    def invoke(self, pointer):
        return follow(pointer)


class GuestText(gdb.Function):
    """$guest_text(POINTER): the text to which a pointer of the program leads, up to a zero."""

    def __init__(self):
        super().__init__("guest_text")

    def invoke(self, pointer):
        return text_at(int(pointer))[0].decode("utf-8", "backslashreplace")


Guest()
GuestText()
(gdb.current_objfile() or gdb).pretty_printers.append(printer)

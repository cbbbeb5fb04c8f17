"""The library that both sides of the headline link: Benchmarks/common as objects, and a check that it is what they got.

The same two sources are compiled at -O3 for each side. With -fno-builtin, no loop becomes a call of the function that
it is in. For wasm they and the programs are compiled without bulk memory, so that both sides call the same memcpy.
They come before every C library, that of Rust's programs included.
"""
import os
import re

SOURCES = ["allocator", "strings"]
FLAGS = ["-O3", "-std=c11", "-Wall", "-Wextra", "-Werror", "-ffreestanding", "-fno-builtin"]
NO_BULK_MEMORY = ["-mno-bulk-memory", "-mno-bulk-memory-opt"]

# What the two sources define.
FUNCTIONS = ["malloc", "free", "calloc", "realloc", "aligned_alloc", "posix_memalign", "memcpy", "memmove", "memset", "memcmp",
             "bcmp", "memchr", "strlen", "strnlen", "__strchrnul", "strchr", "strcmp", "strncmp", "strcpy", "strdup", "strstr"]
# Members of a C library that must not be linked beside ours: those that ours replaces, and those that we should add to
# ours as soon as a program calls them.
REPLACED = [name.strip("_") for name in FUNCTIONS] + [
    "dlmalloc", "memrchr", "stpcpy", "stpncpy", "strcat", "strcspn", "strncpy", "strrchr", "strspn"]
MEMBER = re.compile(r"libc[^/\s]*\.a[(:]\s*([A-Za-z0-9_]+)\.l?o\b")


class Library:
    """The objects for each side, compiled once. `command` compiles for a side; `name` tells the sides apart."""

    def __init__(self, tools, here):
        self.tools, self.directory, self.made = tools, os.path.join(here, "common"), {}

    def objects(self, name, command):
        """The paths of the objects; None if one cannot be compiled."""
        if name not in self.made:
            paths, seconds = [], self.tools.seconds
            for source in SOURCES:
                path = os.path.abspath(os.path.join(self.tools.directory, f"common-{source}.{name}.o"))
                ok = self.tools.run([*command, *FLAGS, "-c", os.path.join(self.directory, source + ".c"), "-o", path],
                                    f"common {source}, {name}")
                paths.append(path if ok else None)
            self.made[name] = paths if all(paths) else None
            self.tools.seconds = seconds  # no program's compile time
        return self.made[name]


    def archive(self, name, objects):
        """Arguments that make rustc link the objects before its C library. Objects on its command line would come after it."""
        directory = os.path.join(self.tools.directory, f"common.{name}")
        path = os.path.join(directory, "libbenchcommon.a")
        os.makedirs(directory, exist_ok=True)
        if not os.path.exists(path) or os.path.getmtime(path) < os.path.getmtime(objects[0]):
            if not self.tools.ar or not self.tools.run([self.tools.ar, "rcs", path, *objects], f"common archive, {name}"):
                return None
        return ["-L", directory, "-l", "static=benchcommon"]


def linked_beside(link_map):
    """Members of a C library that define what ours defines, in the text of a linker's map; the linker should have had no
    reason to take them."""
    return sorted({member for member in MEMBER.findall(link_map) if member.lstrip("_") in REPLACED})


def check_map(tools, path, what):
    """False, and a note, when the executable has a function twice."""
    with open(path, errors="replace") as file:
        found = linked_beside(file.read())
    if found:
        tools.missing[what] = "the C library's own functions were linked, too: " + ", ".join(found)
    return not found

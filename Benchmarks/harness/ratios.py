"""What is computed from measured times: ratios with their spread, and geometric means.

A ratio is the median of the ratios of all rounds in which both sides ran. What slows the machine down slows both. If
the machine has two speeds, both sides have the same one in at least half of the rounds. (Of two separate medians, one
could be of the fast and one of the slow speed.)

A key is (engine, variant, cpu), as in build.Case. Variants that begin with COMMON link an allocator and string
functions of our own, and so does the native code that they are compared with. In the others each side has those of its
own C library. Interpreters do a part of the work. They are compared with native code that does the same part, whose key
is NATIVE_PART.
"""
import math
import statistics

ORDER = ["native", "swasmc", "swasmc-pgo", "wasmtime", "wasm2c", "wasmkit"]
NATIVE_PART = ("native", "part", "generic")
COMMON = "common-"
LIBRARIES = {"common": "same allocator and string functions on both sides", "own": "each side's own C library"}


def keys(results):
    """The keys of all that was measured, but for native code's part, in the order of the tables."""
    found = {key for times in results.times.values() for key in times if key != NATIVE_PART}
    return sorted(found, key=lambda key: (key[2], key[1], ORDER.index(key[0])))


def variants(results, library="own"):
    """Names of wasm builds, as in keys."""
    return sorted({key[1] for key in keys(results) if key[0] != "native" and library_of(key[1]) == library})


def library_of(variant):
    """The library, "common" or "own", that a wasm build or native code links."""
    return "common" if (variant + "-").startswith(COMMON) else "own"


def native_key(variant, cpu):
    """What this wasm build is compared with."""
    return ("native", "common" if library_of(variant) == "common" else "", cpu)


def rounds(results, program, key, base):
    """The ratio of key to base in each round that has both."""
    times = results.times.get(program, {})
    mine, yardstick = times.get(key, {}), times.get(base, {})
    return [mine[number] / yardstick[number] for number in mine if number in yardstick]


def ratio(results, program, key, base):
    """None when one of them was not measured."""
    found = rounds(results, program, key, base)
    return statistics.median(found) if found else None


def spread(results, program, key, base):
    """Half of the distance between the quartiles of the ratio."""
    found = rounds(results, program, key, base)
    if len(found) < 3:
        return 0.0
    low, _, high = statistics.quantiles(found, n=4, method="inclusive")
    return (high - low) / 2


def native_ratio(results, program, key, cpu=None):
    """Relative to native -O3 with the same processor features, or with those of `cpu`."""
    base = NATIVE_PART if key[0] == "wasmkit" else native_key(key[1], cpu or key[2])
    return ratio(results, program, key, base)


def geometric_mean(values):
    values = [value for value in values if value]
    return math.exp(sum(map(math.log, values)) / len(values)) if values else None


def common_means(results, columns):
    """The geometric mean of each function of a program in `columns`, over the programs that all of them have."""
    rows = [[column(program) for column in columns] for program in results.times]
    rows = [row for row in rows if all(row)]
    return [geometric_mean(column) for column in zip(*rows)] if rows else [None] * len(columns)

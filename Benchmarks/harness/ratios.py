"""What is computed from measured times: ratios with their spread, and geometric means.

A key is (engine, variant, cpu), as of build.Case. Interpreters do a part of the work and are compared with native
code that does the same part, whose key is NATIVE_PART.
"""
import math

ORDER = ["native", "swasmc", "swasmc-pgo", "wasmtime", "wasm2c", "wasmkit"]
NATIVE_PART = ("native", "part", "generic")


def keys(results):
    """Of everything that was measured, but for native code's part, in the order of the tables."""
    found = {key for times in results.times.values() for key in times if key != NATIVE_PART}
    return sorted(found, key=lambda key: (key[2], key[1], ORDER.index(key[0])))


def variants(results):
    return sorted({key[1] for key in keys(results) if key[1]})


def ratio(results, program, key, base):
    """Median of key / median of base; None when one of them was not measured."""
    mine, yardstick = results.median(program, key), results.median(program, base)
    return mine / yardstick if mine and yardstick else None


def spread(results, program, key, base):
    """Of the ratio: the most that the spreads of both make of it."""
    relative = results.spread(program, key) + results.spread(program, base)
    return ratio(results, program, key, base) * relative


def native_ratio(results, program, key, cpu=None):
    """Relative to native -O3 with the same processor features, or with those of `cpu`."""
    base = NATIVE_PART if key[0] == "wasmkit" else ("native", "", cpu or key[2])
    return ratio(results, program, key, base)


def geometric_mean(values):
    values = [value for value in values if value]
    return math.exp(sum(map(math.log, values)) / len(values)) if values else None


def common_means(results, columns):
    """The geometric mean of each function of a program in `columns`, over the programs that all of them have."""
    rows = [[column(program) for column in columns] for program in results.times]
    rows = [row for row in rows if all(row)]
    return [geometric_mean(column) for column in zip(*rows)] if rows else [None] * len(columns)

"""The limits that each program has to keep on its own, and whether enough was measured to tell.

A median of n runs whose quartiles are 2 q apart has a standard error of about 1.86 q / sqrt(n) (what holds for a normal
distribution). A ratio that is within two of these of its limit is not decided, whichever side it is on.
"""
import math

from ratios import ratio, rounds, spread, variants

PEERS = ["wasmtime", "wasm2c"]
LIMIT = 1.05


def faster_peer(results, program, variant):
    """Its key; None when neither was measured."""
    keys = [(peer, variant, "generic") for peer in PEERS]
    return min((key for key in keys if results.median(program, key)), default=None,
               key=lambda key: results.median(program, key))


def limits(results, program):
    """(key, base) of each ratio that must not be above LIMIT."""
    made = []
    for variant in variants(results):
        generic = ("swasmc", variant, "generic")
        made.append((("swasmc", variant, "host"), generic))
        peer = faster_peer(results, program, variant)
        if peer and not variant.startswith("simd"):
            made.append((generic, peer))
    return [pair for pair in made if ratio(results, program, *pair)]


def error(results, program, key, base):
    """The standard error of the ratio."""
    return 1.86 * spread(results, program, key, base) / math.sqrt(len(rounds(results, program, key, base)))


def undecided(results, program):
    """The keys whose limits need more runs."""
    pairs = [pair for pair in limits(results, program)
             if abs(ratio(results, program, *pair) - LIMIT) < 2 * error(results, program, *pair)]
    return {key for pair in pairs for key in pair}

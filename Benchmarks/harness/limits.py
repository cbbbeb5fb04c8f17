"""The limits that each program has to keep on its own, and whether enough was measured to tell.

A median of n runs whose quartiles are 2 q apart has a standard error of about 1.86 q / sqrt(n) (what holds for a normal
distribution). A ratio that is within two of these of its limit is not decided, whichever side it is on.
"""
import math

from ratios import native_key, ratio, rounds, spread, variants

PEERS = ["wasmtime", "wasm2c"]
# Two limits: of swasmc's time to the faster peer's, and of the host's build to the generic build.
LIMIT = 1.05
NATIVE_LIMITS = {"generic": 1.15, "host": 1.25}  # SIMD beside native code


def faster_peer(results, program, variant):
    """The key of the peer that is faster; None if none was measured."""
    keys = [(peer, variant, "generic") for peer in PEERS]
    return min((key for key in keys if results.median(program, key)), default=None,
               key=lambda key: results.median(program, key))


def limits(results, program):
    """(key, base, limit) of each ratio that has a limit. In all of them each side has its own C library."""
    made = []
    for variant in variants(results):
        generic = ("swasmc", variant, "generic")
        made.append((("swasmc", variant, "host"), generic, LIMIT))
        if variant.startswith("simd"):
            made += [(("swasmc", variant, cpu), native_key(variant, cpu), limit) for cpu, limit in NATIVE_LIMITS.items()]
            continue
        peer = faster_peer(results, program, variant)
        if peer:
            made.append((generic, peer, LIMIT))
    return [(key, base, limit) for key, base, limit in made if ratio(results, program, key, base)]


def error(results, program, key, base):
    """The standard error of the ratio."""
    return 1.86 * spread(results, program, key, base) / math.sqrt(len(rounds(results, program, key, base)))


def undecided(results, program):
    """The keys whose limits need more runs."""
    pairs = [(key, base) for key, base, limit in limits(results, program)
             if abs(ratio(results, program, key, base) - limit) < 2 * error(results, program, key, base)]
    return {key for pair in pairs for key in pair}

"""What the project promises of its speed, computed from the results: figure, whether it holds, who fails it.

Means are over the programs that all sides of a comparison have, so that nobody gains by not running one.
"""
from limits import LIMIT, NATIVE_LIMITS, PEERS, faster_peer
from ratios import COMMON, LIBRARIES, common_means, geometric_mean, library_of, native_key, native_ratio, ratio, variants

# The geometric mean relative to native code, at most: with the common library, and with each side's own.
HEADLINE = {"generic": 0.99, "host": 1.02}
OWN = {("scalar", "generic"): 0.87, ("scalar", "host"): 1.10, ("simd", "generic"): 0.86, ("simd", "host"): 0.88}

# Programs whose time goes to branches and calls rather than to loops over arrays.
BRANCHY = ["allocation", "compress", "hashtable", "interpreter-calls", "interpreter-switch", "json", "recursion",
           "sorting", "strings", "trees", "words"]


class Check:
    """`figure` is what was measured, as text; None when it was not. `failing`: programs with their figures."""

    def __init__(self, group, target, figure, holds, failing=()):
        self.group, self.target, self.figure, self.failing = group, target, figure, list(failing)
        self.holds = bool(holds) if figure is not None else None

    @property
    def verdict(self):
        return {True: "holds", False: "**fails**", None: "not measured"}[self.holds]


def mean_at_most(group, target, mean, limit):
    return Check(group, target, f"{mean:.3f}" if mean else None, mean and mean <= limit)


def beside_native(results, group, variant, cpu, limit):
    """The words tell which library the two sides have."""
    mean = geometric_mean(native_ratio(results, program, ("swasmc", variant, cpu)) for program in results.times)
    words = LIBRARIES[library_of(variant)]
    return mean_at_most(group, f"geometric mean at most {limit:.2f} × native, {words}", mean, limit)


def beside_peers(results, group, variant, factor, words):
    made = []
    ours = ("swasmc", variant, "generic")
    for peer in PEERS:
        columns = [lambda program, key=key: native_ratio(results, program, key)
                   for key in (ours, (peer, variant, "generic"))]
        mine, theirs = common_means(results, columns)
        figure = f"{mine:.3f} and {theirs:.3f}: {mine / theirs:.2f}" if mine else None
        made.append(Check(group, f"geometric mean {words} {peer}'s", figure,
                          mine and (mine / theirs <= factor if factor < 1 else mine < theirs)))
    return made


def no_program_above(results, group, limit, what, key, base_of, shows_base=False):
    """base_of: program -> key of what it is compared with, or None."""
    worst, failing = None, []
    for program in results.times:
        base = base_of(program)
        value = base and ratio(results, program, key, base)
        if not value:
            continue
        worst = max(worst or (0, ""), (value, program))
        if value > limit:
            failing.append(f"{program} {value:.2f}" + (f" ({base[0]})" if shows_base else ""))
    figure = f"worst {worst[0]:.2f} ({worst[1]})" if worst else None
    return Check(group, f"no program above {limit:.2f} × {what}", figure, not failing, failing)


def no_program_behind_peers(results, group, variant):
    return no_program_above(results, group, LIMIT, "the faster of wasmtime and wasm2c", ("swasmc", variant, "generic"),
                            lambda program: faster_peer(results, program, variant), shows_base=True)


def no_program_behind_native(results, group, variant, cpu):
    return no_program_above(results, group, NATIVE_LIMITS[cpu], "native", ("swasmc", variant, cpu),
                            lambda program: native_key(variant, cpu))


def no_program_worse_for_host(results, group, variant):
    return no_program_above(results, group, LIMIT, "its generic build by swasmc", ("swasmc", variant, "host"),
                            lambda program: ("swasmc", variant, "generic"))


def beats_interpreter(results, group, variant):
    """By how much both are slower than native code, each beside native code that does the same work."""
    columns = [lambda program, key=key: native_ratio(results, program, key)
               for key in (("wasmkit", variant, "generic"), ("swasmc", variant, "generic"))]
    theirs, mine = common_means(results, columns)
    figure = f"{theirs / mine:.1f} times" if theirs else None
    return Check(group, "wasmkit beaten by a factor of 15 in the geometric mean", figure, theirs and theirs / mine >= 15)


def profiles_help(results, group, variant):
    values = {program: ratio(results, program, ("swasmc-pgo", variant, "generic"), ("swasmc", variant, "generic"))
              for program in results.times if program in BRANCHY}
    measured = {program: value for program, value in values.items() if value}
    gaining = [f"{program} {value:.2f}" for program, value in measured.items() if value <= 0.95]
    figure = f"{len(gaining)} of {len(measured)}" + (f": {', '.join(gaining)}" if gaining else "") if measured else None
    return Check(group, "two branchy programs or more gain 5 % by a profile", figure, len(gaining) >= 2)


def outputs_agree(results):
    wrong = results.disagreements
    return Check("all", "every program prints the same in every engine", f"{len(results.times)} programs", not wrong,
                 wrong)


def headline(results):
    """Relative to native code that links the same allocator and string functions."""
    made = []
    for variant in variants(results, "common"):
        for cpu in results.options["cpus"].split(","):
            made.append(beside_native(results, f"{variant.removeprefix(COMMON)}, {cpu}", variant, cpu, HEADLINE[cpu]))
    return made


def generic_checks(results, variant):
    group, is_simd = f"{variant}, generic", variant.startswith("simd")
    made = [beside_native(results, group, variant, "generic", OWN["simd" if is_simd else "scalar", "generic"])]
    if is_simd:
        made.append(no_program_behind_native(results, group, variant, "generic"))
        made += beside_peers(results, group, variant, 1, "below")
    else:
        made += beside_peers(results, group, variant, 0.9, "at least 10 % below")
        made.append(no_program_behind_peers(results, group, variant))
    if variant == "scalar-O3":
        made.append(beats_interpreter(results, group, variant))
        if results.options.get("pgo"):
            made.append(profiles_help(results, group, variant))
    return made


def host_checks(results, variant):
    group, is_simd = f"{variant}, host", variant.startswith("simd")
    made = [beside_native(results, group, variant, "host", OWN["simd" if is_simd else "scalar", "host"])]
    if is_simd:
        made.append(no_program_behind_native(results, group, variant, "host"))
    return made + [no_program_worse_for_host(results, group, variant)]


def checks(results):
    made = [outputs_agree(results), *headline(results)]
    for variant in variants(results):
        made += generic_checks(results, variant)
        if "host" in results.options["cpus"]:
            made += host_checks(results, variant)
    return made

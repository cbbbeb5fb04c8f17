"""The results as Markdown: the means, the checks, one table for each wasm build and processor, profiles, and what
compiling costs."""
from ratios import (COMMON, LIBRARIES, NATIVE_PART, ORDER, geometric_mean, keys, library_of, native_key, native_ratio, ratio,
                    spread, variants)

MISSING = "–"


def cell(results, program, key, base):
    value = ratio(results, program, key, base)
    return f"{value:.2f} ± {spread(results, program, key, base):.2f}" if value else MISSING


def mean_cell(values):
    mean = geometric_mean(values)
    return f"**{mean:.3f}**" if mean else MISSING


def ratio_table(results, heading, seconds_key, columns):
    """columns: (title, key, base key) of each. The first column of figures is the seconds of seconds_key."""
    lines = [heading, "", f"| program | {seconds_key[0]} s | " + " | ".join(title for title, _, _ in columns) + " |",
             "| --- |" + " ---: |" * (len(columns) + 1)]
    for program in results.times:
        seconds = results.median(program, seconds_key)
        cells = [f"{seconds:.3f}" if seconds else MISSING]
        cells += [cell(results, program, key, base) for _, key, base in columns]
        lines.append(f"| {program} | " + " | ".join(cells) + " |")
    row = [mean_cell(ratio(results, program, key, base) for program in results.times) for _, key, base in columns]
    return lines + ["| **geometric mean** | | " + " | ".join(row) + " |", ""]


def heading(variant, words):
    return f"### {variant.removeprefix(COMMON)}, {LIBRARIES[library_of(variant)]}, {words}"


def generic_table(results, variant):
    native = native_key(variant, "generic")
    columns = [(key[0], key, NATIVE_PART if key[0] == "wasmkit" else native)
               for key in keys(results)
               if key[1] == variant and key[2] == "generic" and key[0] not in ("native", "swasmc-pgo")]
    return ratio_table(results, heading(variant, "any x86-64 processor (1.00 = native -O3)"), native, columns)


def host_table(results, variant):
    """Beside our build for the host: our generic build, wasmtime, which always compiles for the host, and wasm2c."""
    native, host, generic = native_key(variant, "host"), ("swasmc", variant, "host"), ("swasmc", variant, "generic")
    columns = [("swasmc", host, native), ("swasmc, generic build", generic, native)]
    columns += [(engine, key, native) for engine, key in (("wasmtime", ("wasmtime", variant, "generic")),
                                                          ("wasm2c", ("wasm2c", variant, "host")))
                if key in keys(results)]
    columns.append(("swasmc / its generic build", host, generic))
    words = "this processor (1.00 = native -O3 -march=native -ffp-contract=off)"
    return ratio_table(results, heading(variant, words), native, columns)


def profile_table(results, variant):
    plain, guided = ("swasmc", variant, "generic"), ("swasmc-pgo", variant, "generic")
    return ratio_table(results, f"### {variant}, with a profile of a run of a fifth of the size (1.00 = without)",
                       plain, [("swasmc with --pgo-use", guided, plain)])


def check_table(checks):
    lines = ["| build | target | measured | | programs that fail it |", "| --- | --- | --- | --- | --- |"]
    for check in checks:
        lines.append(f"| {check.group} | {check.target} | {check.figure or MISSING} | {check.verdict} "
                     f"| {', '.join(check.failing)} |")
    return lines + [""]


def means(results):
    """(library, wasm build without the library, cpu, swasmc's geometric mean relative to native code) of each."""
    return [(library, variant.removeprefix(COMMON), cpu, geometric_mean(
                native_ratio(results, program, ("swasmc", variant, cpu)) for program in results.times))
            for library in LIBRARIES for variant in variants(results, library)
            for cpu in results.options["cpus"].split(",")]


def mean_table(results):
    """The headline, and below it the same figures where each side has its own C library."""
    found = {(library, f"{variant}, {cpu}"): mean for library, variant, cpu, mean in means(results)}
    builds = sorted({build for _, build in found})
    lines = ["| swasmc, geometric mean (1.00 = native) | " + " | ".join(builds) + " |",
             "| --- |" + " ---: |" * len(builds)]
    for library, words in LIBRARIES.items():
        figures = [found.get((library, build)) for build in builds]
        cells = [MISSING if not mean else f"**{mean:.3f}**" if library == "common" else f"{mean:.3f}" for mean in figures]
        lines.append(f"| {'**' + words + '**' if library == 'common' else 'with ' + words} | " + " | ".join(cells) + " |")
    return lines + [""]


def build_table(results, variant):
    """What compiling costs and what comes out, for plain x86-64."""
    found = [key for key in [native_key(variant, "generic")] + keys(results)
             if key[0] in ("native", "swasmc", "wasmtime", "wasm2c") and key[2] == "generic"
             and key[1] in (variant, native_key(variant, "generic")[1])]
    found = sorted(set(found), key=lambda key: ORDER.index(key[0]))
    lines = [f"### {variant}, compile time in seconds of the processor, and size in kB", "",
             "| program | " + " | ".join(f"{key[0]} {unit}" for unit in ("s", "kB") for key in found) + " |",
             "| --- |" + " ---: |" * (2 * len(found))]
    for program, builds in results.builds.items():
        cells = [f"{builds[key][0]:.2f}" if key in builds else MISSING for key in found]
        cells += [f"{builds[key][1] / 1000:.0f}" if key in builds else MISSING for key in found]
        lines.append(f"| {program} | " + " | ".join(cells) + " |")
    return lines + [""]


def tables(results):
    found = keys(results)
    lines = []
    for variant in variants(results, "common") + variants(results):
        lines += generic_table(results, variant)
        if ("swasmc", variant, "host") in found:
            lines += host_table(results, variant)
        if ("swasmc-pgo", variant, "generic") in found:
            lines += profile_table(results, variant)
    if results.builds and "scalar-O3" in variants(results):
        lines += build_table(results, "scalar-O3")
    return lines


def progress(results, program):
    """One line for someone who waits."""
    row = []
    for key in keys(results):
        value = native_ratio(results, program, key)
        if value:
            row.append(" ".join(filter(None, [key[0], key[1], "" if key[2] == "generic" else key[2]])) + f" {value:.2f}")
    print(f"{program}: " + ", ".join(row), flush=True)

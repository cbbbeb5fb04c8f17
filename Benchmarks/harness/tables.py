"""The results as Markdown: the checks, then one table for each wasm build and processor, then profiles."""
from ratios import NATIVE_PART, geometric_mean, keys, native_ratio, ratio, spread, variants

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
    means = [mean_cell(ratio(results, program, key, base) for program in results.times) for _, key, base in columns]
    return lines + ["| **geometric mean** | | " + " | ".join(means) + " |", ""]


def generic_table(results, variant):
    native = ("native", "", "generic")
    columns = [(key[0], key, NATIVE_PART if key[0] == "wasmkit" else native)
               for key in keys(results)
               if key[1] == variant and key[2] == "generic" and key[0] != "swasmc-pgo"]
    return ratio_table(results, f"### {variant}, any x86-64 processor (1.00 = native -O3)", native, columns)


def host_table(results, variant):
    """With our generic build beside the one for the host, and wasmtime, which always compiles for the host."""
    native, host, generic = ("native", "", "host"), ("swasmc", variant, "host"), ("swasmc", variant, "generic")
    columns = [("swasmc", host, native), ("swasmc, generic build", generic, native)]
    columns += [(engine, key, native) for engine, key in (("wasmtime", ("wasmtime", variant, "generic")),
                                                          ("wasm2c", ("wasm2c", variant, "host")))
                if key in keys(results)]
    columns.append(("swasmc / its generic build", host, generic))
    return ratio_table(results, f"### {variant}, this processor (1.00 = native -O3 -march=native -ffp-contract=off)",
                       native, columns)


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


def tables(results):
    found = keys(results)
    lines = []
    for variant in variants(results):
        lines += generic_table(results, variant)
        if ("swasmc", variant, "host") in found:
            lines += host_table(results, variant)
        if ("swasmc-pgo", variant, "generic") in found:
            lines += profile_table(results, variant)
    return lines


def progress(results, program):
    """One line for someone who waits."""
    row = []
    for key in keys(results):
        value = native_ratio(results, program, key)
        if value:
            row.append(" ".join(filter(None, [key[0], key[1], "" if key[2] == "generic" else key[2]])) + f" {value:.2f}")
    print(f"{program}: " + ", ".join(row), flush=True)

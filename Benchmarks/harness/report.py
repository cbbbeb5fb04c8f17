"""Writes what was measured: results.json (everything), table.md (checks and ratios) and chart.svg."""
import json
import os
import platform
import shlex
import sys

import build
from chart import chart
from checks import checks
from ratios import LIBRARIES, native_ratio
from tables import check_table, mean_table, means, tables


def processor():
    try:
        with open("/proc/cpuinfo") as file:
            return next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), "")
    except OSError:
        return ""


def part(results):
    """What is said when less than the whole suite was measured; empty when all was."""
    size, standing = results.options["size"], len(build.programs())
    missing = [words for library, words in LIBRARIES.items() if library not in results.options["libraries"].split(",")]
    if len(results.times) >= standing and size == "100%" and not missing:
        return ""
    return f"Only a part was measured: {len(results.times)} of {standing} programs, at {size} of their size" + "".join(
        f", without those with {words}" for words in missing) + "."


def notes(results, machine):
    lines = [f"Machine: {machine}.",
             f"{results.options['runs']} rounds; in each, every engine runs every program once. A cell is the median, "
             "over the rounds, of the ratio of user + system times, ± half the distance between the quartiles.",
             "If a measured ratio is too close to its limit (within twice the standard error), the two engines that it "
             f"compares run up to {results.options['settle']} more rounds.",
             f"Command: `{shlex.join(['Benchmarks/bench', *sys.argv[1:]])}`."]
    return list(filter(None, [part(results)])) + lines + results.notes


def markdown(results, made, lines):
    disagreements = [f"- **DISAGREEMENT**: {d}" for d in results.disagreements]
    return "\n".join(["# Benchmarks", "", "Written by `make bench-publish`; "
                      "[Benchmarks/README.md](../Benchmarks/README.md) tells what is compared with what.", "",
                      *[f"- {line}" for line in lines], *disagreements, "",
                      "## Means", "", *mean_table(results), "## Targets", "", *check_table(made), "## Tables", "", *tables(results)])


def write(results, directory):
    os.makedirs(directory, exist_ok=True)
    machine = ", ".join(filter(None, [processor() or platform.machine(), f"{os.cpu_count()} processors",
                                      f"Linux {platform.release()}"]))
    made, lines = checks(results), notes(results, machine)
    with open(os.path.join(directory, "table.md"), "w") as file:
        file.write(markdown(results, made, lines))
    with open(os.path.join(directory, "chart.svg"), "w") as file:
        file.write(chart(results, part(results)))
    data = {"options": results.options, "machine": machine, "part": part(results), "notes": lines, "disagreements": results.disagreements,
            "checks": [vars(check) for check in made],
            "means": [dict(zip(("library", "variant", "cpu", "mean"), row)) for row in means(results)],
            "builds": [
                {"program": program, "engine": key[0], "variant": key[1], "cpu": key[2], "compileSeconds": seconds,
                 "bytes": size}
                for program, builds in results.builds.items() for key, (seconds, size) in builds.items()],
            "times": [
                {"program": program, "engine": key[0], "variant": key[1], "cpu": key[2], "seconds": list(seconds.values()),
                 "rounds": list(seconds), "ratio": native_ratio(results, program, key)}
                for program, times in results.times.items() for key, seconds in times.items()]}
    with open(os.path.join(directory, "results.json"), "w") as file:
        json.dump(data, file, indent=1)
    print("\n".join(lines))
    for check in made:
        failing = f" ({', '.join(check.failing)})" if check.failing else ""
        print(f"{check.verdict.strip('*')}: {check.group}: {check.target}: {check.figure or '–'}{failing}")

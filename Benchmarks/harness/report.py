"""Writes what was measured: results.json (everything), table.md (ratios to native) and chart.svg."""
import json
import math
import os
import platform

COLORS = {"swasmc": "#d9480f", "wasmtime": "#1971c2", "wasm2c": "#2f9e44"}


def ratio(results, program, key):
    """Time relative to native -O3 for the same processor features (generic or host)."""
    engine, variant, cpu = key
    if engine == "native" and variant == "part":
        return None
    yardstick = ("native", "part", "generic") if engine == "wasmkit" else ("native", "", cpu)
    mine, base = results.median(program, key), results.median(program, yardstick)
    return mine / base if mine and base else None


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values)) if values else None


def title(key):
    engine, variant, cpu = key
    return " ".join(filter(None, [engine, variant, "" if cpu == "generic" else cpu]))


def columns(results):
    order = ["native", "swasmc", "wasmtime", "wasm2c", "wasmkit"]
    keys = {key for times in results.times.values() for key in times if key[1] != "part"}
    return sorted(keys, key=lambda k: (k[2], k[1], order.index(k[0])))


def progress(results, program):
    row = []
    for key in columns(results):
        value = ratio(results, program, key)
        if value:
            row.append(f"{title(key)} {value:.2f}")
    print(f"{program}: " + ", ".join(row), flush=True)


def table(results):
    """One table for each wasm build and processor; cells are ratio to native ± half the quartile distance."""
    lines = []
    groups = sorted({(key[2], key[1]) for key in columns(results) if key[1]})
    for cpu, variant in groups:
        keys = [key for key in columns(results) if key[1] == variant and key[2] == cpu]
        flags = "-O3" if cpu == "generic" else "-O3 -march=native -ffp-contract=off"
        lines += [f"### {variant}, {cpu} processor (1.00 = native {flags})", "",
                  "| program | native s | " + " | ".join(key[0] for key in keys) + " |",
                  "| --- |" + " ---: |" * (len(keys) + 1)]
        sums = {key: [] for key in keys}
        for program in results.times:
            base = results.median(program, ("native", "", cpu))
            cells = [f"{base:.3f}" if base else ""]
            for key in keys:
                value = ratio(results, program, key)
                if value:
                    sums[key].append(value)
                cells.append(f"{value:.2f} ± {results.spread(program, key) * value:.2f}" if value else "–")
            lines.append(f"| {program} | " + " | ".join(cells) + " |")
        means = [geometric_mean(sums[key]) for key in keys]
        lines += ["| **geometric mean** | | " + " | ".join(f"**{m:.3f}**" if m else "–" for m in means) + " |", ""]
    return lines


def chart(results):
    """Bars for the scalar and generic build: one group a program, a line at native."""
    variant = next((key[1] for key in columns(results) if key[1].startswith("scalar-O3")), None) or \
        next((key[1] for key in columns(results) if key[1]), "")
    engines = [e for e in COLORS if any(k == (e, variant, "generic") for k in columns(results))]
    programs = list(results.times)
    top, bar, gap, height, left = 3.2, 9, 10, 260, 46
    group = bar * max(len(engines), 1) + gap
    width = left + group * len(programs) + 10
    y = lambda value: 30 + height * (1 - min(value, top) / top)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height + 140}" font-family="sans-serif" font-size="11">',
             f'<rect width="{width}" height="{height + 140}" fill="#ffffff"/>',
             f'<text x="{left}" y="16" fill="#222">Time relative to native code, {variant} (less is better)</text>']
    for tick in (0, 1, 2, 3):
        color = "#222222" if tick == 1 else "#dddddd"
        parts.append(f'<line x1="{left}" x2="{width - 10}" y1="{y(tick):.1f}" y2="{y(tick):.1f}" stroke="{color}"/>')
        parts.append(f'<text x="{left - 6}" y="{y(tick) + 4:.1f}" text-anchor="end" fill="#222">{tick}</text>')
    for p, program in enumerate(programs):
        x = left + gap / 2 + p * group
        for e, engine in enumerate(engines):
            value = ratio(results, program, (engine, variant, "generic"))
            if value:
                parts.append(f'<rect x="{x + e * bar:.1f}" y="{y(value):.1f}" width="{bar - 1}" '
                             f'height="{y(0) - y(value):.1f}" fill="{COLORS[engine]}"><title>{engine} {program} {value:.2f}</title></rect>')
        parts.append(f'<text transform="translate({x + bar:.1f},{y(0) + 10:.1f}) rotate(45)" fill="#222">{program}</text>')
    for e, engine in enumerate(engines):
        x = left + e * 110
        parts.append(f'<rect x="{x}" y="{height + 118}" width="10" height="10" fill="{COLORS[engine]}"/>')
        parts.append(f'<text x="{x + 15}" y="{height + 127}" fill="#222">{engine}</text>')
    return "\n".join(parts + ["</svg>", ""])


def write(results, directory):
    os.makedirs(directory, exist_ok=True)
    machine = f"{platform.machine()}, {os.cpu_count()} processors, Linux {platform.release()}"
    notes = [f"Machine: {machine}. {results.options['runs']} interleaved runs, user + system time, medians."]
    notes += results.notes + [f"DISAGREEMENT: {d}" for d in results.disagreements]
    with open(os.path.join(directory, "table.md"), "w") as file:
        file.write("\n".join(table(results) + notes) + "\n")
    with open(os.path.join(directory, "chart.svg"), "w") as file:
        file.write(chart(results))
    data = {"options": results.options, "machine": machine, "notes": notes, "times": [
        {"program": program, "engine": key[0], "variant": key[1], "cpu": key[2], "seconds": seconds,
         "ratio": ratio(results, program, key)}
        for program, times in results.times.items() for key, seconds in times.items()]}
    with open(os.path.join(directory, "results.json"), "w") as file:
        json.dump(data, file, indent=1)
    print("\n".join(notes))

"""The picture for the README: time relative to native code, with one panel for each of the main wasm builds. If it was
measured, a panel shows the form in which both sides link the same library.

The geometric mean stands first, then a group of bars for each program, over a line at native = 1.00. Bars above the
top are cut and labelled. The colours follow the viewer's light or dark scheme; the card is part of the picture, so that
it is legible on any page.
"""
from xml.sax.saxutils import escape

from ratios import COMMON, LIBRARIES, geometric_mean, keys, library_of, native_ratio

ENGINES = ["swasmc", "wasmtime", "wasm2c"]
PANELS = {"scalar-O3": "Scalar WebAssembly (clang -O3)", "simd-O3": "WebAssembly with SIMD (clang -O3 -msimd128)"}
WIDTH, LEFT, RIGHT, HEAD, PLOT, NAMES = 960, 48, 24, 84, 220, 100
MEAN = 112  # the width of the geometric mean's group
TOP = 2.5  # times native
STYLE = """<style>
.card { fill: #ffffff; stroke: #d0d7de } text { fill: #1f2328; font-size: 12px }
.title { font-size: 17px; font-weight: 600 } .panel { font-size: 14px; font-weight: 600 }
.note { fill: #59636e } .value { font-size: 12px; font-weight: 600; fill: #ffffff } .cut { font-size: 9px }
.mean { font-weight: 600 } .grid { stroke: #d0d7de } .native { stroke: #1f2328; stroke-width: 1.5 }
.band { fill: #f6f8fa } .swasmc { fill: #d9480f } .wasmtime { fill: #4c8fd6 } .wasm2c { fill: #8c959f }
@media (prefers-color-scheme: dark) {
.card { fill: #0d1117; stroke: #3d444d } text { fill: #f0f6fc } .note { fill: #9198a1 } .value { fill: #0d1117 }
.grid { stroke: #30363d } .native { stroke: #f0f6fc } .band { fill: #161b22 }
.swasmc { fill: #ff922b } .wasmtime { fill: #4c8fd6 } .wasm2c { fill: #7d8590 }
}
</style>"""


def text(x, y, content, style="", more=""):
    return f'<text class="{style}" x="{x:.1f}" y="{y:.1f}"{more}>{escape(content)}</text>'


def panel_title(variant):
    build = variant.removeprefix(COMMON)
    return f"{PANELS.get(build, build)}, {LIBRARIES[library_of(variant)]}"


class Panel:
    """One wasm build for plain x86-64. `top` is the y of the panel's heading."""

    def __init__(self, results, variant, top):
        self.results, self.variant, self.top = results, variant, top
        self.engines = [e for e in ENGINES if (e, variant, "generic") in keys(results)]
        self.base = top + 28 + PLOT
        self.group = min((WIDTH - LEFT - RIGHT - MEAN) / max(len(results.times), 1), 90)

    def y(self, value):
        return self.base - PLOT * min(value, TOP) / TOP

    def value(self, engine, program):
        return native_ratio(self.results, program, (engine, self.variant, "generic"))

    def grid(self):
        parts = [text(LEFT, self.top + 12, panel_title(self.variant), "panel")]
        for tick in (0, 0.5, 1, 1.5, 2, 2.5):
            kind = "native" if tick == 1 else "grid"
            parts.append(f'<line class="{kind}" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{self.y(tick):.1f}" '
                         f'y2="{self.y(tick):.1f}"/>')
            parts.append(text(LEFT - 8, self.y(tick) + 4, f"{tick:.1f}", "mean" if tick == 1 else "note",
                              ' text-anchor="end"'))
        return parts

    def bar(self, engine, name, value, left, width):
        top = self.y(value)
        return (f'<rect class="{engine}" x="{left:.1f}" y="{top:.1f}" width="{width - 1:.1f}" '
                f'height="{self.base - top:.1f}"><title>{engine}, {escape(name)}: {value:.2f}</title></rect>')

    def means(self):
        """The means are read first. So they have more room than the others, a band behind them, and figures in the bars."""
        width = (MEAN - 16) / max(len(self.engines), 1)
        parts = [f'<rect class="band" x="{LEFT}" y="{self.y(TOP):.1f}" width="{MEAN}" height="{PLOT}"/>']
        for index, engine in enumerate(self.engines):
            value = geometric_mean(self.value(engine, program) for program in self.results.times)
            if value:
                left = LEFT + 8 + index * width
                parts.append(self.bar(engine, "geometric mean", value, left, width))
                parts.append(text(left + width / 2 - 0.5, self.base - 8, f"{value:.2f}", "value",
                                  ' text-anchor="middle"'))
        return parts + [text(LEFT + MEAN / 2, self.base + 18, "geometric mean", "mean", ' text-anchor="middle"')]

    def program(self, x, program):
        parts = []
        width = min(self.group * 0.8 / max(len(self.engines), 1), 22)
        start = x + (self.group - width * len(self.engines)) / 2
        for index, engine in enumerate(self.engines):
            value, left = self.value(engine, program), start + index * width
            if value:
                parts.append(self.bar(engine, program, value, left, width))
            if value and value > TOP:
                parts.append(text(left + width / 2, self.y(TOP) - 4, f"{value:.1f}", "cut", ' text-anchor="middle"'))
        x, y = x + self.group / 2 + 4, self.base + 14
        return parts + [text(x, y, program, "", f' text-anchor="end" transform="rotate(-45 {x:.1f} {y:.1f})"')]

    def draw(self):
        means = self.means()
        # The band lies below the grid, native's line above the bars, so that what reaches it is seen.
        parts = means[:1] + self.grid() + means[1:]
        for index, program in enumerate(self.results.times):
            parts += self.program(LEFT + MEAN + index * self.group, program)
        native = self.y(1)
        return parts + [f'<line class="native" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{native:.1f}" y2="{native:.1f}"/>']


def subtitle(results):
    mean = geometric_mean(native_ratio(results, program, ("wasmkit", "scalar-O3", "generic"))
                          for program in results.times)
    off = f" Off the chart: wasmkit, an interpreter, at {mean:.0f} × native (geometric mean)." if mean else ""
    return "1.0 is clang -O3 to native code; shorter is faster." + off


def chart(results, remark=""):
    """An SVG document. `remark` is what else its reader should know."""
    found = {key[1] for key in keys(results) if key[0] != "native" and key[2] == "generic"}
    named = [COMMON + variant if COMMON + variant in found else variant for variant in PANELS]
    shown = [variant for variant in named if variant in found] or sorted(found)[:1]
    height = HEAD + len(shown) * (28 + PLOT + NAMES) + 4
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
             f'height="{height}" role="img" font-family="system-ui, \'Segoe UI\', \'Helvetica Neue\', Arial, sans-serif">',
             STYLE, "<title>Time relative to native code</title>",
             f'<rect class="card" x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="8"/>',
             text(LEFT - 24, 36, "Time relative to native code", "title"),
             text(LEFT - 24, 58, subtitle(results), "note"),
             text(WIDTH - RIGHT, HEAD + 12, remark, "note", ' text-anchor="end"')]
    for index, engine in enumerate(ENGINES):
        x = WIDTH - RIGHT - 96 * (len(ENGINES) - index)
        parts.append(f'<rect class="{engine}" x="{x}" y="24" width="12" height="12" rx="2"/>')
        parts.append(text(x + 18, 35, engine))
    for index, variant in enumerate(shown):
        parts += Panel(results, variant, HEAD + index * (28 + PLOT + NAMES)).draw()
    return "\n".join(parts + ["</svg>", ""])

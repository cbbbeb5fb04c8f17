"""Builds one program for every engine: source -> [Case], each a command that runs it.

A case that cannot be built is a note in the results, never silently dropped. A variant whose name begins with COMMON
is linked with the library of common.py, and is compared with native code that is, too.
"""
import os
import resource
import shutil
import subprocess

import common
from ratios import COMMON, LIBRARIES

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ROOT = os.path.dirname(HERE)
PROGRAMS = os.path.join(HERE, "programs")
ENGINES = ["native", "swasmc", "wasmtime", "wasm2c", "wasmkit"]
PROFILE_SIZE = "20%"  # other rounds than are measured, of the same kind
FAIR_HOST = ["-march=native", "-ffp-contract=off"]  # wasm has no fused multiply-add


class Case:
    """One way to run a program. `slow` ones run a part of the work and are compared by rate."""

    def __init__(self, engine, variant, cpu, command, slow=False):
        self.engine, self.variant, self.cpu, self.command, self.slow = engine, variant, cpu, command, slow
        # Of the processor, from source or module to what runs; and the size of that: an executable, or what the engine
        # precompiled.
        self.compile_seconds, self.bytes = 0.0, 0

    @property
    def key(self):
        return (self.engine, self.variant, self.cpu)


def installed_tools():
    """What scripts/setup found or installed: NAME=path lines."""
    try:
        with open(os.path.join(ROOT, "build/tools/env.sh")) as file:
            return dict(line.rstrip("\n").split("=", 1) for line in file if "=" in line)
    except OSError:
        return {}


class Tools:
    def __init__(self, options):
        self.missing, self.seconds = {}, 0.0
        self.installed = installed_tools()
        # wasm2c comes in the same package as wat2wasm.
        if "WAT2WASM" in self.installed:
            self.installed["WASM2C"] = os.path.join(os.path.dirname(self.installed["WAT2WASM"]), "wasm2c")
        self.directory = os.path.join(options.output, "programs")
        os.makedirs(self.directory, exist_ok=True)
        self.clang = self.find("CLANG", "clang-22")
        self.rustc = self.find("RUSTC", "rustc")
        self.wasmtime = self.find("WASMTIME", "wasmtime")
        self.wasm2c = self.find("WASM2C", "wasm2c")
        self.wasm2c_root = os.environ.get("WASM2C_ROOT") or (
            self.wasm2c and os.path.dirname(os.path.dirname(os.path.realpath(self.wasm2c))))
        self.wasmkit = self.find("WASMKIT", "wasmkit")
        self.swasmc = options.swasmc or os.environ.get("SWASMC") or os.path.join(ROOT, ".build/release/swasmc")
        self.musl = self.find("MUSL_GCC", "musl-gcc")
        beside = self.clang and os.path.join(os.path.dirname(os.path.realpath(self.clang)), "llvm-ar")
        self.ar = beside if beside and os.path.exists(beside) else self.find("LLVM_AR", "llvm-ar")
        self.common = common.Library(self, HERE)

    def find(self, variable, name):
        found = shutil.which(os.environ.get(variable) or self.installed.get(variable) or name)
        if not found:
            self.missing[name] = "not installed"
        return found

    def run(self, command, what, environment=None):
        before = children_seconds()
        result = subprocess.run(command, env={**os.environ, **(environment or {})}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.seconds += children_seconds() - before
        if result.returncode == 0:
            return True
        lines = [line for line in result.stdout.splitlines() if "error" in line] or result.stdout.splitlines()
        self.missing[what] = (lines or [f"exit status {result.returncode}"])[0][:200]
        return False


def children_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def programs():
    return sorted(os.path.splitext(f)[0] for f in os.listdir(PROGRAMS) if f.endswith((".c", ".rs")))


def source(name):
    path = os.path.join(PROGRAMS, name + ".c")
    return path if os.path.exists(path) else os.path.join(PROGRAMS, name + ".rs")


def native(tools, name, cpu, library="own"):
    """The yardstick. C programs are static musl: WASI's C library has the same sources, so that both sides
    run the same algorithms for printf and sin, and agree to the last bit."""
    shared = library == "common"
    output = os.path.join(tools.directory, f"{name}.{COMMON if shared else ''}native-{cpu}")
    what, path = f"{name}, {COMMON if shared else ''}native", source(name)
    flags = FAIR_HOST if cpu == "host" else []
    compile_c = musl_command(tools) + flags
    objects = tools.common.objects(f"native-{cpu}", compile_c) if shared else []
    if objects is None:
        return None
    if path.endswith(".rs"):
        target = ["-C", "target-cpu=native"] if cpu == "host" else []
        # glibc stays a library of its own, so that an executable's malloc takes the place of its.
        linked = [argument for found in objects for argument in ("-C", f"link-arg={found}")]
        ok = tools.rustc and tools.run(
            [tools.rustc, "-C", "opt-level=3", "-C", "strip=symbols", *target, *linked, path, "-o", output], what)
    else:
        ok = tools.musl and tools.run([*compile_c, "-O3", "-c", path, "-o", output + ".o"], what)
        ok = ok and tools.run([tools.musl, "-static", "-s", output + ".o", *objects, "-lm", f"-Wl,--Map={output}.map",
                               "-o", output], what)
        ok = ok and (not shared or common.check_map(tools, output + ".map", what))
    return Case("native", "common" if shared else "", cpu, [output]) if ok else None


def musl_command(tools):
    """Compiles a C source against musl's headers."""
    include = subprocess.run([tools.clang, "-print-resource-dir"], stdout=subprocess.PIPE, text=True)
    musl = os.environ.get("MUSL_INCLUDE", "/usr/include/x86_64-linux-musl")
    return [tools.clang, "--target=x86_64-linux-musl", "-nostdinc", "-isystem", musl,
            "-isystem", os.path.join(include.stdout.strip(), "include"), "-D_GNU_SOURCE"]


def wasm(tools, name, variant):
    """variant: scalar-O3, common-simd-O2 and so on. Returns the path of the module, or None."""
    shared = variant.startswith(COMMON)
    simd, level = variant.removeprefix(COMMON).split("-O")
    output = os.path.join(tools.directory, f"{name}.{variant}.wasm")
    what, path = f"{name}, {variant}", source(name)
    feature = ["-msimd128"] if simd == "simd" else []
    compile_c = [tools.clang, "--target=wasm32-wasi", "-Wno-deprecated", "-D_GNU_SOURCE", *feature,
                 *(common.NO_BULK_MEMORY if shared else [])]
    objects = tools.common.objects(f"wasm-{simd}", compile_c) if shared else []
    if objects is None:
        return None
    if path.endswith(".rs"):
        feature = ["-C", "target-feature=+simd128"] if simd == "simd" else []
        linked = tools.common.archive(f"wasm-{simd}", objects) if shared else []
        ok = tools.rustc and linked is not None and tools.run(
            [tools.rustc, "--target", "wasm32-wasi", "-C", f"opt-level={level}", "-C", "strip=symbols", *feature,
             *linked, "-C", f"link-arg=--Map={output}.map", path, "-o", output], what)
    else:
        ok = tools.run([*compile_c, "--no-wasm-opt", f"-O{level}", path, *objects, "-o", output, "-lm",
                        f"-Wl,--Map={output}.map"], what)
    return output if ok and (not shared or common.check_map(tools, output + ".map", what)) else None


def swasmc(tools, name, variant, cpu, module):
    output = os.path.join(tools.directory, f"{name}.{variant}.swasmc-{cpu}")
    flags = ["--cpu", "native"] if cpu == "host" else []
    ok = tools.run([tools.swasmc, module, "-O3", *flags, "-o", output], f"{name}, {variant}, swasmc")
    return Case("swasmc", variant, cpu, [output]) if ok else None


def swasmc_pgo(tools, name, variant, cpu, module):
    """Compiled with a profile, from a run of a fifth of the standard size. Only for the generic processor."""
    if cpu != "generic":
        return None
    output = os.path.join(tools.directory, f"{name}.{variant}.swasmc-pgo")
    what, profile = f"{name}, {variant}, swasmc-pgo", output + ".profile"
    ok = (tools.run([tools.swasmc, module, "-O3", "--pgo-generate", "-o", output + ".counting"], what)
          and tools.run([output + ".counting", PROFILE_SIZE], what, {"SWASM_PROFILE": profile})
          and tools.run([tools.swasmc, module, "-O3", "--pgo-use", profile, "-o", output], what))
    return Case("swasmc-pgo", variant, cpu, [output]) if ok else None


def wasmtime(tools, name, variant, cpu, module):
    """Precompiled. Wasmtime always compiles for the host's processor, so it appears once."""
    output = os.path.join(tools.directory, f"{name}.{variant}.cwasm")
    if cpu != "generic" or not tools.wasmtime:
        return None
    ok = tools.run([tools.wasmtime, "compile", module, "-o", output], f"{name}, {variant}, wasmtime")
    return Case("wasmtime", variant, cpu, [tools.wasmtime, "run", "--allow-precompiled", output]) if ok else None


def wasm2c(tools, name, variant, cpu, module):
    output = os.path.join(tools.directory, f"{name}.{variant}.wasm2c-{cpu}")
    if not tools.wasm2c:
        return None
    what = f"{name}, {variant}, wasm2c"
    if not tools.run([tools.wasm2c, "-n", "program", module, "-o", output + ".c"], what):
        return None
    runtime = os.path.join(tools.wasm2c_root, "wasm2c")
    flags = FAIR_HOST if cpu == "host" else ["-mssse3"] if variant.startswith("simd") else []
    ok = tools.run(
        [tools.clang, "-O3", *flags, "-w", "-I", runtime, "-I", os.path.join(tools.wasm2c_root, "include"),
         f'-DPROGRAM_HEADER="{os.path.abspath(output)}.h"', output + ".c", os.path.join(HERE, "wasm2c/host.c"),
         os.path.join(runtime, "wasm-rt-impl.c"), os.path.join(runtime, "wasm-rt-mem-impl.c"), "-lm", "-o", output],
        what)
    return Case("wasm2c", variant, cpu, [output]) if ok else None


def wasmkit(tools, name, variant, cpu, module):
    """The interpreter of the Swift toolchain: scalar code only, and only once."""
    if not tools.wasmkit or variant != "scalar-O3" or cpu != "generic":
        return None
    return Case("wasmkit", variant, cpu, [tools.wasmkit, "run", module], slow=True)


def timed(tools, maker, *arguments):
    before = tools.seconds
    case = maker(tools, *arguments)
    if case:
        case.compile_seconds, case.bytes = tools.seconds - before, os.path.getsize(case.command[-1])
    return case


def shown(engine, variant, cpu):
    """Whether to build this with the common library: swasmc always, other engines only as the picture needs them."""
    return engine == "swasmc" or (engine in ("wasmtime", "wasm2c") and variant.endswith("-O3") and cpu == "generic")


def cases(tools, name, engines, options):
    made = []
    cpus, makers = options.cpus.split(","), {
        "swasmc": swasmc, "swasmc-pgo": swasmc_pgo, "wasmtime": wasmtime, "wasm2c": wasm2c, "wasmkit": wasmkit}
    if options.pgo and "swasmc" in engines:
        engines = engines + ["swasmc-pgo"]
    for library in options.libraries.split(","):
        if library not in LIBRARIES:
            raise SystemExit(f"--libraries: {library} is none of {', '.join(LIBRARIES)}")
        if "native" in engines:
            made += [timed(tools, native, name, cpu, library) for cpu in cpus]
        for variant in options.variants.split(","):
            variant = COMMON + variant if library == "common" else variant
            module = wasm(tools, name, variant)
            if module:
                made += [timed(tools, makers[engine], name, variant, cpu, module) for engine in engines
                         if engine in makers for cpu in cpus
                         if library == "own" or shown(engine, variant, cpu)]
    return [case for case in made if case]

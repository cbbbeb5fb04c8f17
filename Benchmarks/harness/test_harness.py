"""Tests of what the harness computes and draws. `python3 -m unittest discover Benchmarks/harness`"""
import argparse
import contextlib
import io
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
import unittest.mock
import xml.etree.ElementTree

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import build
import chart
import checks
import common
import limits
import measure
import ratios
import report
import tables

NATIVE, HOST = ("native", "", "generic"), ("native", "", "host")
COMMON_NATIVE, COMMON_HOST = ("native", "common", "generic"), ("native", "common", "host")
CLANG = shutil.which(os.environ.get("CLANG") or build.installed_tools().get("CLANG") or "clang-22")


def ours(variant="scalar-O3", cpu="generic", engine="swasmc"):
    return (engine, variant, cpu)


def results_of(programs, pgo=False):
    """programs: name -> key -> seconds, or a list of those of each round."""
    results = measure.Results(argparse.Namespace(cpus="generic,host", libraries="common,own", pgo=pgo))
    for name, times in programs.items():
        results.times[name] = {key: dict(enumerate(value if isinstance(value, list) else [value]))
                               for key, value in times.items()}
    return results


def check(results, target):
    return next(check for check in checks.checks(results) if target in check.target)


class RatioTests(unittest.TestCase):
    def test_ratio_is_of_both_sides_in_one_round(self):
        results = results_of({"p": {NATIVE: [1, 2, 1, 2, 2], ours(): [2, 4, 2, 2, 4]}})
        self.assertEqual(ratios.native_ratio(results, "p", ours()), 2)
        results.times["p"][ours()] = {1: 3, 3: 6, 7: 9}
        self.assertEqual(ratios.rounds(results, "p", ours(), NATIVE), [1.5, 3])
        self.assertIsNone(ratios.native_ratio(results, "p", HOST))

    def test_spread_is_half_the_quartile_distance_of_the_ratio(self):
        results = results_of({"p": {NATIVE: [1, 1, 2, 2, 2], ours(): [3, 4, 10, 12, 14]}})
        self.assertEqual(ratios.native_ratio(results, "p", ours()), 5)
        self.assertAlmostEqual(ratios.spread(results, "p", ours(), NATIVE), 1)

    def test_interpreters_are_compared_with_the_same_part_of_the_work(self):
        key = ("wasmkit", "scalar-O3", "generic")
        results = results_of({"p": {NATIVE: 10, ratios.NATIVE_PART: 1, key: 30}})
        self.assertEqual(ratios.native_ratio(results, "p", key), 30)

    def test_means_are_over_common_programs(self):
        results = results_of({"both": {1: 2, 2: 8}, "one": {1: 100}})
        columns = [lambda program, key=key: results.median(program, key) for key in (1, 2)]
        self.assertEqual([round(mean, 9) for mean in ratios.common_means(results, columns)], [2, 8])


class CompareTests(unittest.TestCase):
    """Benchmarks/compare, with scripts that stand in for compilers: each writes some bytes."""

    def setUp(self):
        self.directory = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.directory)
        self.module = os.path.join(self.directory, "some.wasm")
        open(self.module, "w").close()

    def compiler(self, name, script):
        path = os.path.join(self.directory, name)
        with open(path, "w") as file:
            file.write("#!/bin/sh\n" + script + "\n")
        os.chmod(path, 0o755)
        return path

    def compare(self, before, after, *options):
        command = [os.path.join(build.HERE, "compare"), self.compiler("before", before), "--after",
                   self.compiler("after", after), "--programs", "none", "--flags=-O9", "--output", self.directory, *options]
        made = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return made.returncode, made.stdout

    def test_size_is_of_after_to_before_and_keeps_its_limit(self):
        writes = 'head -c %d /dev/zero > "$4"; [ "$2" = -O9 ]'
        status, said = self.compare(writes % 1000, writes % 1200, self.module, "--most-size", "1.2")
        self.assertEqual((status, "size 1.200 (1 kB)" in said), (0, True), said)
        status, said = self.compare(writes % 1000, writes % 1201, self.module, "--most-size", "1.2")
        self.assertEqual((status, "NOT KEPT" in said), (1, True), said)

    def test_a_module_that_one_side_refuses_fails_it(self):
        status, said = self.compare('echo x > "$4"', "echo error: no; exit 1", self.module)
        self.assertEqual((status, "FAILED: " in said), (1, True), said)

    def test_nothing_compared_fails_it(self):
        self.assertEqual(self.compare("true", "true")[0], 1)


class CheckTests(unittest.TestCase):
    def holds(self, target, times, pgo=False):
        programs = times if isinstance(next(iter(times.values())), dict) else {"p": times}
        return check(results_of(programs, pgo), target)

    def test_limits_relative_to_native(self):
        for variant, cpu, limit in (("scalar-O3", "generic", 0.87), ("scalar-O2", "generic", 0.87), ("scalar-O3", "host", 1.1),
                                    ("simd-O3", "generic", 0.86), ("simd-O3", "host", 0.88)):
            for value in (limit - 0.001, limit + 0.001):
                made = self.holds(f"at most {limit:.2f} × native, each side's own C library",
                                  {NATIVE: 1, HOST: 1, ours(variant, cpu): value})
                self.assertEqual(made.holds, value <= limit, made.target)

    def test_headline_is_beside_native_code_with_the_same_library(self):
        for variant, cpu, limit in (("scalar-O3", "generic", 0.99), ("simd-O2", "generic", 0.99),
                                    ("scalar-O2", "host", 1.02), ("simd-O3", "host", 1.02)):
            for value in (limit - 0.001, limit + 0.001):
                made = self.holds("same allocator and string functions",
                                  {NATIVE: 9, HOST: 9, COMMON_NATIVE: 2, COMMON_HOST: 2, ours(variant, cpu): 1,
                                   ours("common-" + variant, cpu): 2 * value})
                if cpu == "host":
                    made = checks.headline(results_of({"p": {COMMON_HOST: 2, ours("common-" + variant, cpu): 2 * value}}))[1]
                self.assertEqual((made.holds, made.group), (value <= limit, f"{variant}, {cpu}"))

    def test_simd_programs_behind_native_are_listed(self):
        for cpu, limit in (("generic", 1.15), ("host", 1.25)):
            made = self.holds(f"no program above {limit} × native", {
                name: {NATIVE: 1, HOST: 1, ours("simd-O3", cpu): limit + more} for name, more in (("good", -0.01), ("bad", 0.01))})
            self.assertEqual((made.holds, made.failing), (False, [f"bad {limit + 0.01:.2f}"]))

    def test_peers(self):
        for variant, value, holds in (("scalar-O3", 0.91, False), ("scalar-O3", 0.89, True),
                                      ("simd-O3", 0.99, True), ("simd-O3", 1, False)):
            for peer in ("wasmtime", "wasm2c"):
                times = {NATIVE: 1, ours(variant): value, ours(variant, engine=peer): 1}
                self.assertEqual(self.holds(f"{peer}'s", times).holds, holds, (variant, value))

    def test_programs_behind_the_faster_peer_are_listed(self):
        times = {NATIVE: 1, ours(engine="wasmtime"): 1, ours(engine="wasm2c"): 2}
        made = self.holds("the faster of", {"good": {**times, ours(): 1.04}, "bad": {**times, ours(): 1.06}})
        self.assertEqual((made.holds, made.failing), (False, ["bad 1.06 (wasmtime)"]))
        self.assertTrue(self.holds("the faster of", {"good": {**times, ours(): 1.04}}).holds)

    def test_programs_worse_for_the_host_are_listed(self):
        made = self.holds("its generic build", {"good": {ours(): 1, ours(cpu="host"): 1.04},
                                                "bad": {ours(): 1, ours(cpu="host"): 1.06}})
        self.assertEqual((made.holds, made.failing), (False, ["bad 1.06"]))

    def test_interpreter(self):
        for seconds, holds in ((14.9, False), (15.1, True)):
            times = {NATIVE: 10, ours(): 10, ratios.NATIVE_PART: 1, ours(engine="wasmkit"): seconds}
            self.assertEqual(self.holds("wasmkit beaten", times).holds, holds)

    def test_profiles_must_help_two_branchy_programs(self):
        def programs(**values):
            return {name: {ours(): 1, ours(engine="swasmc-pgo"): value} for name, value in values.items()}
        self.assertTrue(self.holds("by a profile", programs(json=0.9, words=0.95), True).holds)
        self.assertFalse(self.holds("by a profile", programs(json=0.9, words=0.96), True).holds)
        self.assertFalse(self.holds("by a profile", programs(json=0.9, matmul=0.5), True).holds)

    def test_what_was_not_measured_neither_holds_nor_fails(self):
        made = checks.checks(results_of({"p": {NATIVE: 1, ours("simd-O3"): 1}}))
        verdicts = {check.target: check.holds for check in made}
        self.assertIsNone(verdicts["geometric mean below wasmtime's"])
        self.assertIsNone(verdicts["geometric mean at most 0.88 × native, each side's own C library"])


class LimitTests(unittest.TestCase):
    HOST = ours(cpu="host")

    def undecided(self, host):
        """When the generic build takes a second in each round."""
        return limits.undecided(results_of({"p": {ours(): [1] * len(host), self.HOST: host}}), "p")

    def test_a_limit_within_the_noise_is_undecided_on_both_sides(self):
        for middle in (1.03, 1.07):
            self.assertEqual(self.undecided([middle - 0.1, middle - 0.1, middle + 0.1, middle + 0.1]),
                             {ours(), self.HOST})

    def test_more_runs_decide(self):
        self.assertTrue(self.undecided([0.9, 0.9, 1.0, 1.1, 1.1]))
        self.assertFalse(self.undecided([0.9, 0.9, 1.0, 1.1, 1.1] * 20))

    def test_far_from_the_limit_is_decided(self):
        self.assertFalse(self.undecided([0.89, 0.9, 0.91]))
        self.assertFalse(self.undecided([1.29, 1.3, 1.31]))

    def test_scalar_code_has_a_limit_beside_the_faster_peer(self):
        times = {ours(): 1, ours(engine="wasmtime"): 3, ours(engine="wasm2c"): 2}
        self.assertEqual(limits.limits(results_of({"p": times}), "p"), [(ours(), ours(engine="wasm2c"), 1.05)])
        simd = {(key[0], "simd-O3", key[2]): value for key, value in times.items()}
        self.assertEqual(limits.limits(results_of({"p": simd}), "p"), [])

    def test_simd_has_a_limit_beside_native_code(self):
        times = {NATIVE: 1, HOST: 1, ours("simd-O3"): 1, ours("simd-O3", "host"): 1}
        self.assertEqual(limits.limits(results_of({"p": times}), "p"),
                         [(ours("simd-O3", "host"), ours("simd-O3"), 1.05), (ours("simd-O3"), NATIVE, 1.15),
                          (ours("simd-O3", "host"), HOST, 1.25)])

    def test_the_common_library_has_no_limits_for_programs(self):
        times = {COMMON_NATIVE: 1, ours("common-simd-O3"): 1, ours("common-simd-O3", "host"): 1}
        self.assertEqual(limits.limits(results_of({"p": times}), "p"), [])


class RunTests(unittest.TestCase):
    """Real processes: shell scripts as engines."""

    def measured(self, *scripts):
        options = argparse.Namespace(runs=2, settle=0, size="1", slow_size="1", cpus="generic", pgo=False)
        results = measure.Results(options)
        cases = [build.Case(engine, "v", "generic", ["/bin/sh", "-c", script])
                 for engine, script in zip(("swasmc", "wasmtime"), scripts)]
        with contextlib.redirect_stderr(io.StringIO()) as errors:
            measure.interleaved(results, "p", cases, options)
        return results, errors.getvalue()

    def test_agreement(self):
        results, errors = self.measured("echo 1", "echo 1")
        self.assertEqual((results.disagreements, errors), ([], ""))
        self.assertEqual(len(results.times["p"][("wasmtime", "v", "generic")]), 2)

    def test_other_output_is_told_at_once(self):
        results, errors = self.measured("echo 1", "echo 2")
        self.assertEqual(len(results.disagreements), 1)
        self.assertIn("DISAGREEMENT: p at 1: outputs differ", errors)
        self.assertFalse(check(results, "prints the same").holds)

    def test_failing_is_a_disagreement(self):
        results, _ = self.measured("echo 1", "echo 1; exit 3")
        self.assertEqual(results.disagreements, ["p: wasmtime v generic ended with status 3"])


class SettlingTests(unittest.TestCase):
    def test_both_sides_of_an_undecided_limit_run_on_and_nothing_else_does(self):
        options = argparse.Namespace(runs=4, settle=5, size="1", slow_size="1", cpus="generic,host", pgo=False)
        results = measure.Results(options)
        seconds = {"native": itertools.cycle([1]), "generic": itertools.cycle([1, 1.2]), "host": itertools.cycle([1.1])}
        cases = [build.Case(*NATIVE, ["native"])] + [build.Case(*ours(cpu=cpu), [cpu]) for cpu in ("generic", "host")]
        with unittest.mock.patch("measure.run", lambda command: (next(seconds[command[0]]), "1", 0)):
            measure.interleaved(results, "p", cases, options)
        counts = {key: len(times) for key, times in results.times["p"].items()}
        self.assertEqual(counts, {NATIVE: 4, ours(): 9, ours(cpu="host"): 9})
        self.assertEqual(len(ratios.rounds(results, "p", ours(), ours(cpu="host"))), 9)


class RenderingTests(unittest.TestCase):
    def setUp(self):
        times = {NATIVE: 1, HOST: 0.9, ratios.NATIVE_PART: 0.1, ours(): 0.95, ours(cpu="host"): 1,
                 ours(engine="swasmc-pgo"): 0.8, ours(engine="wasmtime"): 1.3, ours(engine="wasmkit"): 2.5}
        slow = {NATIVE: 1, ours(): 1.2, ours(engine="wasmtime"): 3.1}
        self.results = results_of({"a<b": times, "slow": slow}, pgo=True)
        self.results.builds["slow"] = {NATIVE: (0.5, 20_000), ours(): (0.75, 80_000)}
        self.common = {COMMON_NATIVE: 2, ours("common-scalar-O3"): 1.8, ours("common-scalar-O3", "host"): 3}

    def test_tables_have_every_row(self):
        text = "\n".join(tables.tables(self.results))
        self.assertIn("| a<b | 1.000 | 0.95 ± 0.00 | 1.30 ± 0.00 | 25.00 ± 0.00 |", text)
        self.assertIn("| a<b | 0.900 | 1.11 ± 0.00 | 1.06 ± 0.00 | 1.44 ± 0.00 | 1.05 ± 0.00 |", text)
        self.assertIn("| a<b | 0.950 | 0.84 ± 0.00 |", text)
        self.assertIn("| slow | – | – | – | – | – |", text)
        self.assertIn("**1.068**", text)

    def test_means_of_the_common_library_come_first(self):
        self.results.times["slow"].update({key: {0: value} for key, value in self.common.items()})
        lines = tables.mean_table(self.results)
        self.assertIn("| **same allocator and string functions on both sides** | **0.900** | – |", lines)
        self.assertIn("| with each side's own C library | 1.068 | 1.111 |", lines)

    def test_chart_shows_the_common_library_when_it_was_measured(self):
        self.results.times["slow"].update({key: {0: value} for key, value in self.common.items()})
        text = chart.chart(self.results)
        self.assertIn("same allocator and string functions on both sides</text>", text)
        self.assertIn("swasmc, geometric mean: 0.90", text)
        self.assertNotIn("wasmtime, slow", text)

    def test_compile_time_and_size_have_a_table(self):
        text = "\n".join(tables.tables(self.results))
        self.assertIn("| program | native s | swasmc s | wasmtime s | native kB | swasmc kB | wasmtime kB |", text)
        self.assertIn("| slow | 0.50 | 0.75 | – | 20 | 80 | – |", text)

    def test_chart_is_a_picture(self):
        text = chart.chart(self.results, "a remark")
        self.assertIn(">a remark</text>", text)
        root = xml.etree.ElementTree.fromstring(text)
        titles = [element.text for element in root.iter("{http://www.w3.org/2000/svg}title")]
        self.assertIn("swasmc, geometric mean: 1.07", titles)
        self.assertIn("wasmtime, slow: 3.10", titles)
        self.assertIn("wasmkit, an interpreter, at 25 × native", text)
        self.assertIn(">3.1</text>", text)  # cut, so its figure stands there


class CommonLibraryTests(unittest.TestCase):
    def test_the_c_librarys_own_function_beside_ours_is_found(self):
        ours_only = "/usr/lib/musl/lib/libc.a(printf.lo)\n  /usr/lib/wasm32-wasi/libc.a(strerror.o):(strerror)\n"
        self.assertEqual(common.linked_beside(ours_only), [])
        self.assertEqual(common.linked_beside(ours_only + "/usr/lib/musl/lib/libc.a(memcpy.lo)\n"), ["memcpy"])
        self.assertEqual(common.linked_beside("  /usr/lib/wasm32-wasi/libc.a(dlmalloc.o):(malloc)"), ["dlmalloc"])


    @unittest.skipUnless(CLANG, "no clang")
    def test_it_does_what_the_machines_c_library_does(self):
        with tempfile.TemporaryDirectory() as directory:
            renamed = [f"-D{function}=common_{function}" for function in common.FUNCTIONS]
            sources = [os.path.join(build.HERE, "common", name + ".c") for name in [*common.SOURCES, "check"]]
            objects = [os.path.join(directory, os.path.basename(path) + ".o") for path in sources]
            for path, made in zip(sources, objects):
                flags = ["-O1"] if path.endswith("check.c") else [*common.FLAGS, *renamed]
                subprocess.run([CLANG, *flags, "-D_GNU_SOURCE", "-c", path, "-o", made], check=True)
            program = os.path.join(directory, "check")
            subprocess.run([CLANG, *objects, "-o", program], check=True)
            found = subprocess.run([program], stdout=subprocess.PIPE, text=True)
            self.assertEqual((found.stdout, found.returncode), ("", 0))


class PartTests(unittest.TestCase):
    def test_less_than_everything_is_said(self):
        everything = {name: {NATIVE: 1} for name in build.programs()}
        for programs, size, whole in ((everything, "100%", True), (everything, "10%", False),
                                      ({"json": {NATIVE: 1}}, "100%", False)):
            results = results_of(programs)
            results.options["size"] = size
            self.assertEqual(report.part(results) == "", whole)

    def test_a_library_that_was_left_out_is_said(self):
        results = results_of({name: {NATIVE: 1} for name in build.programs()})
        results.options.update(size="100%", libraries="own")
        self.assertIn("without those with same allocator", report.part(results))


if __name__ == "__main__":
    unittest.main()

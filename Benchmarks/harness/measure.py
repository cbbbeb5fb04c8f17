"""Runs cases in turn and keeps their times. One round runs every case once, so that a busy minute of the machine falls
on all of them alike. Time is user + system of the process and its children.

If the ratio of two sides is so near to its limit (limits.py) that the noise decides, these two run again, until the
answer is clear or the number of further runs is used up.

A program must print the same in every engine and in every run of one size, and end with status 0. If it does not, the
results have a disagreement. That is printed at once and makes the harness fail, and such results are not published.
"""
import os
import statistics
import subprocess
import sys

from limits import undecided


class Results:
    def __init__(self, options):
        self.times = {}  # program -> key -> {round: seconds}
        self.builds = {}  # program -> key -> (processor seconds to compile, bytes of the executable)
        self.outputs = {}  # program -> size -> {output: [keys]}
        self.notes, self.disagreements = [], []
        self.options = {k: v for k, v in vars(options).items() if v is not None}

    def disagree(self, what):
        self.disagreements.append(what)
        print(f"DISAGREEMENT: {what}", file=sys.stderr, flush=True)

    def median(self, program, key):
        times = self.times.get(program, {}).get(key)
        return statistics.median(times.values()) if times else None


def run(command):
    """Returns (seconds of processor time, standard output, exit status)."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    with process.stdout as pipe:
        output = pipe.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime, output.decode(errors="replace"), process.returncode


def interleaved(results, program, cases, options):
    times = results.times.setdefault(program, {})
    outputs = results.outputs.setdefault(program, {})
    results.builds[program] = {case.key: (case.compile_seconds, case.bytes) for case in cases}
    slow = [case for case in cases if case.slow]
    # An interpreter does a part of the work; native code does the same part beside it, as its yardstick.
    parts = [(case.key, case.command, options.size) for case in cases if not case.slow]
    parts += [(case.key, case.command, options.slow_size) for case in slow]
    if slow:
        parts += [(("native", "part", "generic"), case.command, options.slow_size)
                  for case in cases if case.key == ("native", "", "generic")]
    failed = set()

    def run_round(number, keys=None):
        for key, command, size in parts:
            if key in failed or (keys is not None and key not in keys):
                continue
            seconds, output, status = run(command + [size])
            if status != 0:
                failed.add(key)
                times.pop(key, None)
                results.disagree(f"{program}: {' '.join(filter(None, key))} ended with status {status}")
                continue
            times.setdefault(key, {})[number] = seconds
            outputs.setdefault(size, {}).setdefault(output, set()).add(key)

    for number in range(options.runs):
        run_round(number)
    for number in range(options.runs, options.runs + options.settle):
        keys = undecided(results, program)
        if not keys:
            break
        run_round(number, keys)
    for size, by_output in outputs.items():
        if len(by_output) > 1:
            described = "; ".join(f"{text.strip()}: {', '.join('/'.join(filter(None, k)) for k in sorted(keys))}"
                                  for text, keys in by_output.items())
            results.disagree(f"{program} at {size}: outputs differ: {described}")

#!/usr/bin/env python3
"""Runs the same workloads on several systems in turn and compares their seconds.

Each run is a process of its own, and the systems take turns (A B C A B C ...), so that what disturbs the
machine for a while disturbs all of them. A run that fails, does not verify, or did other work than it was told
to ends the whole comparison with exit status 1, and no figure is given. `./dev bench --peers` calls this with
Spinoff first: the ratios say how many times as long the others take.
"""
import argparse
import json
import pathlib
import shlex
import statistics
import subprocess
import sys

import chart
from page import Failed, conditions_of_run, head, number, put_between_markers, row, say, some

WORKLOADS = {
    "pingpong": {"n": 1000000},
    "count": {"n": 3000000},
    "threadring": {"actors": 100, "hops": 2000000},
    "fjthrput": {"n": 20000, "actors": 60},
    "fjcreate": {"n": 100000},
    "fib": {"n": 25},
    "chameneos": {"n": 100, "meetings": 200000},
    "big": {"n": 20000, "actors": 120},
    "skynet": {"size": 1000000},
}
# A workload of the program `floor`, what it is the floor of, and what it is in words.
FLOORS = [
    ("pingpong", "pingpong", "one thread, plain queues"),
    ("pingpong_atomic", "pingpong", "one thread, queues that any thread might push to"),
    ("count", "count", "one thread to another, which spins"),
    ("count_one_thread", "count", "one thread, plain queues"),
]


class System:
    """One that is compared: what it is called, and the command that runs it."""

    def __init__(self, name, version, command, options):
        self.name = name
        self.label = f"{name} {version}"
        self.command = shlex.split(command.format(workers=options.workers))
        self.options = options
        self.seconds = {}  # by workload, of all runs

    def run(self, workload, parameters, check=None):
        """Runs it as often as one process shall, and keeps the seconds. `check` gets what it printed."""
        command = [*self.command, workload, "--repeat", str(self.options.repeat)]
        for key, value in parameters.items():
            command += ["--set", f"{key}={value}"]
        where = f"{workload} on {self.label}"
        try:
            ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False,
                                   stdin=subprocess.DEVNULL, timeout=self.options.timeout)
        except OSError as error:
            raise Failed(f"{where} cannot be started: {error}") from error
        except subprocess.TimeoutExpired as error:
            raise Failed(f"{where} has not ended after {self.options.timeout} s; "
                         f"the command was: {shlex.join(command)}") from error
        if ended.returncode != 0:
            raise Failed(f"{where} ended with exit status {ended.returncode}; "
                         f"the command was: {shlex.join(command)}")
        result = self.read(where, ended.stdout)
        if result["verified"] is not True:
            raise Failed(f"{where} came to a wrong result: it is not verified")
        if result["name"] != workload or result["params"] != parameters:
            raise Failed(f"{where} ran {result['name']} with {result['params']} instead of "
                         f"{parameters}")
        if len(result["seconds"]) != self.options.repeat or min(result["seconds"]) <= 0:
            raise Failed(f"{where} gave {result['seconds']} as the seconds of "
                         f"{self.options.repeat} runs")
        if check:
            check(where, result)
        self.seconds.setdefault(workload, []).extend(result["seconds"])

    @staticmethod
    def read(where, text):
        try:
            result = json.loads(text)
            missing = {"name", "params", "workers", "messages", "seconds", "verified"} - set(result)
        except (ValueError, TypeError) as error:
            raise Failed(f"{where} did not print one JSON object: {text!r}") from error
        if missing:
            raise Failed(f"{where} did not say its {', '.join(sorted(missing))}")
        return result

    def median(self, workload):
        return statistics.median(self.seconds[workload])


class SameWork:
    """Sees that all systems have the same number of messages and of workers."""

    def __init__(self, workers):
        self.workers = workers
        self.messages = {}

    def check(self, where, result):
        if result["workers"] != self.workers:
            raise Failed(f"{where} had {result['workers']} workers instead of {self.workers}")
        expected = self.messages.setdefault(result["name"], result["messages"])
        if result["messages"] != expected:
            raise Failed(f"{where} had {result['messages']} messages; another system had {expected}")


def measure(systems, floor, workloads, options):
    """All runs, in turn. The number of messages of each workload."""
    same = SameWork(options.workers)
    for number in range(1, options.rounds + 1):
        for workload in workloads:
            say(f"round {number} of {options.rounds}: {workload}")
            for system in systems:
                system.run(workload, WORKLOADS[workload], same.check)
            for name, of, _ in FLOORS if floor else []:
                if of == workload:
                    floor.run(name, WORKLOADS[of])
    return same.messages


def milliseconds(seconds):
    return f"{seconds * 1000:.3g}" if seconds < 1 else f"{seconds * 1000:.0f}"


def spread(system, workload):
    seconds = system.seconds[workload]
    return f"{max(seconds) / min(seconds):.2f}"


def ratios_to_first(systems, workloads):
    """For each system but the first: its seconds by the first one's, by workload."""
    first = systems[0]
    return {other.name: {workload: other.median(workload) / first.median(workload)
                         for workload in workloads}
            for other in systems[1:]}


def ratio_table(systems, workloads, messages, ratios):
    first, others = systems[0], systems[1:]
    lines = head(2, ["workload", "parameters", "messages",
                     *(f"{system.name}, ms" for system in systems),
                     *(f"{other.name} ÷ {first.name}" for other in others),
                     f"{first.name}, slowest ÷ fastest"])
    for workload in workloads:
        parameters = " ".join(f"{key}={value}" for key, value in WORKLOADS[workload].items())
        lines.append(row([workload, parameters, f"{messages[workload]}",
                          *(milliseconds(system.median(workload)) for system in systems),
                          *(f"**{ratios[other.name][workload]:.1f}**" for other in others),
                          spread(first, workload)]))
    lines.append(row(["geometric mean", "", "", *("" for _ in systems),
                      *(f"**{statistics.geometric_mean(ratios[other.name].values()):.1f}**"
                        for other in others), ""]))
    return lines


def floor_table(first, floor, workloads):
    lines = head(2, ["workload", "floor", f"{first.name}, ms", "floor, ms", f"{first.name} ÷ floor"])
    for name, of, words in FLOORS:
        if of in workloads:
            lines.append(row([of, words, milliseconds(first.median(of)),
                              milliseconds(floor.median(name)),
                              f"**{first.median(of) / floor.median(name):.1f}**"]))
    return lines


def conditions(systems, options):
    return [conditions_of_run(),
            f"- {'; '.join(system.label for system in systems)}; "
            f"{some(options.workers, 'worker')} each",
            f"- medians of {some(options.rounds * options.repeat, 'run')}: "
            f"{some(options.rounds, 'round')} in turn, a process each with "
            f"{some(options.repeat, 'run')}"]


def read_options(arguments):
    parser = argparse.ArgumentParser(prog="compare.py", description="Compares systems; see ./dev help.")
    parser.add_argument("--rounds", type=number, default=3, help="turns of all systems; 3 unless told")
    parser.add_argument("--repeat", type=number, default=3,
                        help="runs in each process; 3 unless told")
    parser.add_argument("--workers", type=number, default=2, help="threads of each system; 2 unless told")
    parser.add_argument("--timeout", type=number, default=300, help="seconds for one process")
    parser.add_argument("--only", metavar="WORKLOAD,...", help="and then write no document")
    parser.add_argument("--system", nargs=3, action="append", required=True,
                        metavar=("NAME", "VERSION", "COMMAND"), help="the first is compared to the others")
    parser.add_argument("--floor", metavar="COMMAND", help="the program floor")
    parser.add_argument("--document", type=pathlib.Path,
                        help="the page to put the tables into, between its markers, and the picture beside")
    options = parser.parse_args(arguments)
    options.workloads = options.only.split(",") if options.only else list(WORKLOADS)
    for name in options.workloads:
        if name not in WORKLOADS:
            parser.error(f"there is no workload '{name}'; there are: {', '.join(WORKLOADS)}")
    if len(options.system) < 2:
        parser.error("there must be two systems to compare")
    return options


def compare(options):
    systems = [System(*system, options) for system in options.system]
    floor = System("floor", "", options.floor, options) if options.floor else None
    messages = measure(systems, floor, options.workloads, options)

    ratios = ratios_to_first(systems, options.workloads)
    lines = ["", *conditions(systems, options), ""]
    tables = ratio_table(systems, options.workloads, messages, ratios)
    floors = floor_table(systems[0], floor, options.workloads) if floor else []
    print("\n".join([*lines, *tables, "", *floors]))
    if options.document and not options.only:
        picture = options.document.with_suffix(".svg")
        title = f"How many times as long the others take as {systems[0].label}"
        put_between_markers(options.document, "./dev bench --peers",
                            [*lines, f"![{title}]({picture.name})", "", *tables, "", *floors, ""])
        picture.write_text(chart.draw(title, ratios), encoding="utf-8")
        say(f"written: {options.document} and {picture}")


def main():
    try:
        compare(read_options(sys.argv[1:]))
    except Failed as error:
        say(f"compare.py: {error}; no figures are given")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

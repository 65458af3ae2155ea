#!/usr/bin/env python3
"""Compares how fast two processes talk to each other: two nodes, plain ZeroMQ, and CAF.

The programs take turns, and each runs all sizes and numbers of pairs in a turn. One that fails or loses a message
ends the whole comparison with exit status 1, and no figure is given. `./dev bench --remote` calls this.
"""
import argparse
import json
import pathlib
import shlex
import statistics
import subprocess
import sys

from page import Failed, conditions_of_run, head, number, put_between_markers, row, say, some

WRITER = "./dev bench --remote"
PEERS = 50
NODES = 200
ASKS = 2000  # in each row


class System:
    """What it is called, and the keys of its figures in what a program prints."""

    def __init__(self, name, rate, cpu, p50, p99):
        self.name = name
        self.rate_key, self.cpu_key, self.p50_key, self.p99_key = rate, cpu, p50, p99
        self.rows = {}  # by size and pairs, of all rounds

    def take(self, figures):
        for figure in figures:
            missing = {self.rate_key, self.cpu_key, self.p50_key, self.p99_key} - set(figure)
            if missing:
                raise Failed(f"{self.name} did not say its {', '.join(sorted(missing))}")
            self.rows.setdefault((figure["size"], figure["pairs"]), []).append(figure)

    def median(self, work, key):
        return statistics.median(figure[key] for figure in self.rows[work])

    def rate(self, work):
        return self.median(work, self.rate_key)

    def cpu(self, work):
        return self.median(work, self.cpu_key)


def run(command, timeout):
    """The objects that it prints, one a line."""
    text = shlex.join(command)
    try:
        ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False,
                               stdin=subprocess.DEVNULL, timeout=timeout)
    except OSError as error:
        raise Failed(f"`{text}` cannot be started: {error}") from error
    except subprocess.TimeoutExpired as error:
        raise Failed(f"`{text}` has not ended after {timeout} s") from error
    if ended.returncode != 0:
        raise Failed(f"`{text}` ended with exit status {ended.returncode}")
    try:
        return [json.loads(line) for line in ended.stdout.splitlines()]
    except ValueError as error:
        raise Failed(f"`{text}` did not print a JSON object a line: {ended.stdout!r}") from error


def measure(programs, options):
    for round_number in range(1, options.rounds + 1):
        for command, systems in programs:
            say(f"round {round_number} of {options.rounds}: {', '.join(one.name for one in systems)}")
            figures = run([*command, "--sweep", "--json", "--messages", str(options.messages),
                           "--asks", str(ASKS)], options.timeout)
            for system in systems:
                system.take(figures)


def size_text(size):
    for unit, name in ((1 << 20, "MiB"), (1 << 10, "KiB")):
        if size >= unit and size % unit == 0:
            return f"{size // unit} {name}"
    return f"{size} B"


def three_digits(value):
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"


def flood_table(systems):
    first, others = systems[0], systems[1:]
    lines = head(1, ["size", "pairs", *(f"{one.name}, 1000/s" for one in systems),
                     *(f"{first.name} ÷ {other.name}" for other in others),
                     *(f"{one.name}, CPU µs" for one in systems)])
    for size, pairs in first.rows:
        work = (size, pairs)
        lines.append(row([size_text(size), str(pairs),
                          *(three_digits(one.rate(work) / 1000) for one in systems),
                          *(f"**{first.rate(work) / other.rate(work):.2f}**" for other in others),
                          *(three_digits(one.cpu(work) / 1000) for one in systems)]))
    return lines


def ask_table(systems):
    work = next(iter(systems[0].rows))
    lines = head(1, ["one question after the other", "median, µs", "99 %, µs", "median ÷ ZeroMQ's"])
    zmq = systems[1].median(work, systems[1].p50_key)
    for one in systems:
        p50 = one.median(work, one.p50_key)
        lines.append(row([one.name, f"{p50:.0f}", f"{one.median(work, one.p99_key):.0f}",
                          f"**{p50 / zmq:.2f}**"]))
    return lines


def nodes_lines(command, options):
    """Idle peers and the mesh, which only our program has."""
    say(f"{PEERS} idle peers")
    idle = run([*command, "--idle-peers", str(PEERS), "--json"], options.timeout)[0]
    say(f"a mesh of {NODES} nodes")
    mesh = run([*command, "--mesh", str(NODES), "--processes", "0", "--json"], options.timeout)[0]
    return [f"- A node that is connected to {PEERS} idle ones uses {idle['cpu_percent']:.2f} % of a core.",
            f"- {NODES} nodes in {mesh['processes']} process{'es' if mesh['processes'] > 1 else ''} "
            f"({mesh['files']} open files, {mesh['threads']} threads) start in {mesh['started_s']:.1f} s, "
            f"have all met in {mesh['met_s']:.1f} s more, and have stopped {mesh['stopped_s']:.1f} s after "
            "that."]


def read_options(arguments):
    parser = argparse.ArgumentParser(prog="compare_remote.py",
                                     description="Compares nodes with others; see ./dev help.")
    parser.add_argument("--rounds", type=number, default=3, help="turns of all systems; 3 unless told")
    parser.add_argument("--messages", type=number, default=1_000_000, help="of each flood, at most 1 GiB")
    parser.add_argument("--timeout", type=number, default=900, help="seconds for one process")
    parser.add_argument("--bench", nargs=3, required=True, metavar=("VERSION", "ZMQ_VERSION", "COMMAND"),
                        help="the program remote_bench")
    parser.add_argument("--caf", nargs=2, metavar=("VERSION", "COMMAND"), help="the program remote_caf")
    parser.add_argument("--no-nodes", action="store_true", help="no idle peers and no mesh")
    parser.add_argument("--document", type=pathlib.Path,
                        help="the page to put the tables into, between its markers")
    return parser.parse_args(arguments)


def compare(options):
    version, zmq_version, bench_command = options.bench
    bench = shlex.split(bench_command)
    ours = System("Spinoff", "flood_msgs_per_s", "flood_cpu_ns", "ask_p50_us", "ask_p99_us")
    zmq = System("ZeroMQ", "zmq_msgs_per_s", "zmq_flood_cpu_ns", "zmq_rtt_p50_us", "zmq_rtt_p99_us")
    programs = [(bench, [ours, zmq])]
    labels = [f"Spinoff {version}", f"plain ZeroMQ {zmq_version}"]
    if options.caf:
        caf = System("CAF", "caf_msgs_per_s", "caf_flood_cpu_ns", "caf_ask_p50_us", "caf_ask_p99_us")
        programs.append((shlex.split(options.caf[1]), [caf]))
        labels.append(f"CAF {options.caf[0]}")
    systems = [system for _, group in programs for system in group]
    measure(programs, options)
    nodes = [] if options.no_nodes else nodes_lines(bench, options)

    lines = ["", conditions_of_run(), f"- {'; '.join(labels)}",
             f"- medians of {some(options.rounds, 'round')} in turn, each flood of {options.messages} messages or "
             "1 GiB; all by loopback", *nodes, "",
             *flood_table(systems), "", *ask_table(systems), ""]
    print("\n".join(lines))
    if options.document:
        put_between_markers(options.document, WRITER, lines)
        say(f"written: {options.document}")


def main():
    try:
        compare(read_options(sys.argv[1:]))
    except Failed as error:
        say(f"compare_remote.py: {error}; no figures are given")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Checks the models of this folder with spin: all states of each, and that each broken one is refuted.

A model says in its first comment what is run, one a line:

    run: NAMES       with these defined (maybe none), nothing may be found
    refute: NAMES    with these defined, the model is broken on purpose, and spin has to find it

Usage: check.py [MODEL...]. Exit status 0 if all is as it says, 1 if not, 2 if it cannot be checked.
"""

import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

FOLDER = pathlib.Path(__file__).resolve().parent
# Some 0.6 GB are used, and all have to be enough: a search that is cut short shows nothing.
MEMORY_MB = 3000
DEPTH = 100_000
SECONDS = 900


class CannotCheck(Exception):
    """What is wrong with the model or the tools."""


def command(arguments, folder, seconds=SECONDS):
    """What it has written; CannotCheck if it fails or takes too long."""
    try:
        done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True, timeout=seconds)
    except FileNotFoundError as error:
        raise CannotCheck(f"{error.filename} is missing; install spin and gcc") from error
    except subprocess.TimeoutExpired as error:
        raise CannotCheck(f"`{' '.join(arguments)}` took longer than {seconds} s") from error
    if done.returncode != 0:
        raise CannotCheck(f"`{' '.join(arguments)}`:\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def search(model, names):
    """Spin's report: of all states, or up to the first error."""
    with tempfile.TemporaryDirectory() as folder:
        defines = [f"-D{name}" for name in names]
        command(["spin", "-a", *defines, str(model)], folder, 60)
        compiler = ["gcc", "-O2", "-w", "-DSAFETY", "-DCOLLAPSE", f"-DMEMLIM={MEMORY_MB}"]
        command([*compiler, "-o", "pan", "pan.c"], folder)
        return command(["./pan", f"-m{DEPTH}"], folder)


def number(pattern, report):
    found = re.search(pattern, report)
    if found is None:
        raise CannotCheck(f"no report of spin's:\n{report}")
    return int(found[1])


def check(model, kind, names):
    """A line for people, and whether it is as it has to be."""
    begin = time.monotonic()
    report = search(model, names)
    errors = number(r"errors: (\d+)", report)
    states = number(r"(\d+) states, stored", report)
    is_whole = not re.search(r"max search depth too small|Search not completed|out of memory", report)
    why = re.search(r"pan:1: (.*?) \(at depth", report)
    title = f"{model.stem:<10} {' '.join(names) or 'as it is':<30}"
    seconds = time.monotonic() - begin
    if kind == "run":
        verdict = "holds in all" if errors == 0 and is_whole else "DOES NOT HOLD, after"
        is_good = errors == 0 and is_whole
    else:
        is_good = errors > 0
        verdict = "refuted after" if is_good else "NOT REFUTED in"
    line = f"{title} {verdict} {states} states, {seconds:.1f} s"
    if why is not None:
        line += f": {why[1]}"
    if not is_whole and errors == 0:
        line += ": the search was cut short"
    return line, is_good


def tasks_of(model):
    tasks = re.findall(r"^ \* (run|refute):(?:[ ]+(\S+(?: \S+)*))?", model.read_text(), re.MULTILINE)
    for kind in ("run", "refute"):
        if kind not in [task[0] for task in tasks]:
            raise CannotCheck(f"{model.name} has no `{kind}:` in its first comment")
    return [(model, kind, names.split()) for kind, names in tasks]


def main(wanted):
    models = [FOLDER / f"{name}.pml" for name in wanted] or sorted(FOLDER.glob("*.pml"))
    for model in models:
        if not model.exists():
            raise CannotCheck(f"no model {model.stem}; there are: "
                              f"{' '.join(sorted(one.stem for one in FOLDER.glob('*.pml')))}")
    tasks = [task for model in models for task in tasks_of(model)]
    held = True
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for line, is_good in pool.map(lambda task: check(*task), tasks):
            print(line, flush=True)
            held = held and is_good
    print(f"models {len(models)} runs {len(tasks)}: {'all as they should be' if held else 'NOT as they should be'}")
    return 0 if held else 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except CannotCheck as problem:
        print(f"models: {problem}", file=sys.stderr)
        sys.exit(2)

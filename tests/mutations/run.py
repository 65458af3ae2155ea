#!/usr/bin/env python3
"""Do the checks bite? Puts one mistake after the other into the code, and sees which check notices.

The mistakes are in mutations.py. Nothing of the sources changes: the layer with the mistake is copied into
BUILD/mutations/NAME, what depends on the changed file is compiled there with the commands of the build, and linked
with the rest of it. That has to pass all checks without a mistake, which is seen first. A mistake that does not
compile, or whose place is not found any more, is an error, and so is one that no check notices: exit status 1.
"""
import argparse
import collections
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import time

from mutations import MUTATIONS

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCENARIO_FAILED = re.compile(r"^(\S+) (?:breaks its promise with|does not get beyond) seed (\d+)(.*)$", re.M)
CASE_FAILED = re.compile(r'in "([^"]+)"')


class Failed(Exception):
    """The run as a whole cannot go on, or a mutation is of no use."""


@dataclasses.dataclass
class Caught:
    by: str
    seeds: int | None = None
    how: str = ""


def run(command, limit, cwd=ROOT):
    """Exit status, None if it did not end in time, and what it has said."""
    with subprocess.Popen(command, cwd=cwd, text=True, errors="replace", stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:
            output, _ = process.communicate(timeout=limit)
            return process.returncode, output
        except subprocess.TimeoutExpired:
            process.terminate()
        try:
            output, _ = process.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            output, _ = process.communicate()
        return None, output


class Build:
    """A build tree made by CMake and Ninja, with all its objects and programs."""

    def __init__(self, folder):
        self.folder = folder
        commands = json.loads((folder / "compile_commands.json").read_text())
        self.compilations = {}
        for entry in commands:
            words = shlex.split(entry["command"])
            self.compilations[words[words.index("-o") + 1]] = words
        self.users = self._users()
        self.links = {}

    def ninja(self, *arguments):
        status, output = run(["ninja", "-C", str(self.folder), *arguments], 120)
        if status != 0:
            raise Failed(f"ninja {' '.join(arguments)} failed:\n{output}")
        return output

    def _users(self):
        """The objects that were compiled from a file or with it."""
        users = collections.defaultdict(set)
        compiled = ""
        for line in self.ninja("-t", "deps").splitlines():
            if line.startswith("    "):
                # The compiler cache may have made it relative to the build.
                users[os.path.normpath(self.folder / line.strip())].add(compiled)
            elif ": #deps" in line:
                compiled = line.split(":")[0]
        return users

    def link(self, target):
        """Which objects the program consists of, and the command that links it."""
        if target not in self.links:
            commands = self.ninja("-t", "commands", target)
            objects = set(re.findall(r" -o (\S+\.o) ", commands))
            # `: && link && what is done with the program`
            linked = [line.split(" && ")[1] for line in commands.splitlines() if f" -o bin/{target} " in line]
            self.links[target] = objects, shlex.split(linked[-1])
        return self.links[target]


class Mutant:
    """The programs of a build with one mistake in them."""

    def __init__(self, build, mutation):
        self.build = build
        self.mutation = mutation
        self.layer = mutation.file.split("/")[0]
        self.folder = build.folder / "mutations" / mutation.name
        self.objects = {}

    def make_sources(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(ROOT / self.layer, self.folder / self.layer)
        (self.folder / self.mutation.file).write_text(mutated(self.mutation))

    def program(self, target):
        all_objects, link = self.build.link(target)
        changed = sorted(all_objects & self.build.users[str(ROOT / self.mutation.file)])
        if not changed:
            raise Failed(f"{self.mutation.name}: {target} has nothing of {self.mutation.file}")
        for compiled in changed:
            if compiled not in self.objects:
                self.objects[compiled] = self._compile(compiled)
        program = self.folder / target
        words = [self.objects.get(word, word) for word in link]
        words[words.index("-o") + 1] = str(program)
        # What is in no archive any more comes before those where it was.
        archives = next(i for i, word in enumerate(words) if word.endswith(".a"))
        words[archives:archives] = [self.objects[name] for name in changed if name not in link]
        self._do(words)
        return program

    def _compile(self, compiled):
        original, copy = f"{ROOT}/{self.layer}/", f"{self.folder}/{self.layer}/"
        words = [word.replace(original, copy) for word in self.build.compilations[compiled]]
        made = str(self.folder / compiled.replace("/", "+"))
        words[words.index("-o") + 1] = made
        self._do([*words, "-Wno-error"])
        return made

    def _do(self, words):
        status, output = run(words, 1800, self.build.folder)
        if status != 0:
            raise Failed(f"{self.mutation.name} cannot be built:\n{output}")


def mutated(mutation):
    """The file with the mistake."""
    text = (ROOT / mutation.file).read_text()
    for before, after in mutation.edits:
        if (found := text.count(before)) != 1:
            raise Failed(f"{mutation.name}: a text is in {mutation.file} {found} times instead of once; mend it in "
                         f"tests/mutations/mutations.py:\n{before}")
        text = text.replace(before, after)
    return text


def scenarios(sim):
    _, output = run([sim, "--help"], 30)
    return re.findall(r"^  (\w+): ", output, re.M)


def run_scenario(sim, name, begin, end, limit, patient=True):
    """Caught, or None if all seeds were as promised, or, unless patient, it takes long."""
    command = [sim, "--scenario", name, "--from", str(begin), "--seeds", str(end - begin), "--until-failure"]
    status, output = run(command, limit)
    if status == 0 or (status is None and not patient):
        return None
    failed = SCENARIO_FAILED.search(output)
    if failed is None:
        raise Failed(f"{shlex.join(map(str, command))} says nothing of a seed:\n{output}")
    seed = int(failed[2])
    if status is None:
        # Maybe all seeds together have taken long; one alone does not.
        status, output = run([sim, "--scenario", name, "--from", str(seed), "--seeds", "1"], limit)
        if status == 0:
            return run_scenario(sim, name, seed + 1, end, limit) if seed + 1 < end else None
        failed = SCENARIO_FAILED.search(output) or failed
    how = failed[3].lstrip(": ") or ("it does not end" if status is None else "it crashes")
    return Caught(name, seed + 1, how)


def rounds(seeds):
    """Each goes on where the last one ended, and most mistakes are found in the first."""
    ends = [end for end in (10, 100) if end < seeds] + [seeds]
    return list(zip([0, *ends], ends))


def try_scenarios(sim, seeds, limit):
    """All that notice in the first round in which any does."""
    for begin, end in rounds(seeds):
        caught = []
        for name in scenarios(sim):
            patient = not caught
            if one := run_scenario(sim, name, begin, end, limit if patient else min(limit, 5), patient):
                caught.append(one)
        if caught:
            return caught
    return []


def try_test(program, test, limit):
    command = [program, f"--run_test={test.cases}", "--log_level=error", "--color_output=no"]
    status, output = run(command, limit)
    if status == 0:
        return []
    case = CASE_FAILED.search(output)
    how = "it does not end" if status is None else "it crashes" if status < 0 else "it fails"
    return [Caught(f"{test.program}: {case[1] if case else test.cases}", None, how)]


def check(mutation, build, options):
    begin = time.monotonic()
    mutant = Mutant(build, mutation)
    mutant.make_sources()
    if mutation.test is None:
        caught = try_scenarios(mutant.program("sim"), options.seeds, options.limit)
    else:
        caught = try_test(mutant.program(mutation.test.program), mutation.test, options.limit)
    if caught and not options.keep:
        shutil.rmtree(mutant.folder)
    return mutation, caught, time.monotonic() - begin


def check_without_mistakes(mutations, build, options):
    for test in sorted({m.test for m in mutations if m.test is not None}, key=str):
        for _ in range(2):  # a test that fails now and then is of no use here
            if caught := try_test(build.folder / "bin" / test.program, test, options.limit):
                raise Failed(f"without any mistake {caught[0].by} fails: {caught[0].how}")
    if any(m.test is None for m in mutations) and not options.sim_passed:
        sim = build.folder / "bin/sim"
        for name in scenarios(sim):
            if caught := run_scenario(sim, name, 0, options.seeds, 10 * options.limit):
                raise Failed(f"without any mistake the scenario {name} fails with seed {caught.seeds - 1}: "
                             f"{caught.how}")


def say_row(mutation, caught, seconds):
    by = ", ".join(one.by if one.seeds is None else f"{one.by} {one.seeds}" for one in caught)
    print(f"{mutation.name:<40} {by or 'NOT CAUGHT':<64} {seconds:6.1f} s", flush=True)


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="of mutations; all, if none is given")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release", help="(%(default)s)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="so many at once (%(default)s)")
    parser.add_argument("--limit", type=float, default=40, help="seconds of a scenario's round or a test (%(default)s)")
    parser.add_argument("--seeds", type=int, default=2000, help="of each scenario at most (%(default)s)")
    parser.add_argument("--keep", action="store_true", help="keeps the programs in BUILD/mutations; else those that "
                                                            "no check has caught")
    parser.add_argument("--sim-passed", action="store_true", help="the scenarios have just been run without a mistake: "
                                                                  "that they pass is not seen again")
    parser.add_argument("--part", metavar="I/N", help="only each Nth, from the Ith (0 to N-1) on")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--list", action="store_true", help="says what there is, and runs nothing")
    only.add_argument("--targets", action="store_true", help="says which programs have to be built, and runs nothing")
    only.add_argument("--find", action="store_true", help="only sees whether each one's place is found in the sources")
    return parser.parse_args()


def chosen(options):
    known = {mutation.name: mutation for mutation in MUTATIONS}
    if unknown := [name for name in options.names if name not in known]:
        raise Failed(f"there is no mutation {unknown[0]!r}; --list tells what there is")
    mutations = [known[name] for name in options.names] or MUTATIONS
    if options.part:
        part, parts = (int(number) for number in options.part.split("/"))
        mutations = mutations[part % parts::parts]
    return mutations


def main():
    options = parse()
    mutations = chosen(options)
    for mutation in mutations:
        mutated(mutation)
    if options.list:
        for mutation in mutations:
            print(f"{mutation.name}: {mutation.what}")
    if options.targets:
        print("\n".join(sorted({"sim" if m.test is None else m.test.program for m in mutations})))
    if options.list or options.targets or options.find:
        return 0

    build = Build(options.build.resolve())
    check_without_mistakes(mutations, build, options)
    print(f"{'mutation':<40} {'caught by (after so many seeds)':<64} {'time':>8}", flush=True)
    missed = []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        checks = [pool.submit(check, mutation, build, options) for mutation in mutations]
        for done in concurrent.futures.as_completed(checks):
            mutation, caught, seconds = done.result()
            say_row(mutation, caught, seconds)
            if not caught:
                missed.append(mutation)
    for mutation in missed:
        print(f"NOT CAUGHT: {mutation.name}: {mutation.what}; its programs are in "
              f"{build.folder / 'mutations' / mutation.name}")
    print(f"mutations {len(mutations)} caught {len(mutations) - len(missed)}")
    return 1 if missed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failure:
        print(f"mutations: {failure}", file=sys.stderr)
        sys.exit(2)

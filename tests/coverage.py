#!/usr/bin/env python3
"""Prints which share of each layer's lines and branches the tests have reached, and the files with most
lines that they have not. Exit status 1 if a layer is under its limit.

    coverage.py SUMMARY       SUMMARY is what `gcovr --json-summary` writes
"""
import json
import sys

# In percent of lines.
LIMITS = {"engine": 90, "remoting": 90, "serialization": 90, "api": None}
SHOWN_FILES = 15


def percent(covered, total):
    return 100.0 * covered / total if total else 100.0


def main(path):
    with open(path, encoding="utf-8") as file:
        files = json.load(file)["files"]
    low = []
    print(f"{'layer':<15}{'lines':>8}{'reached':>9}{'branches':>11}{'reached':>9}")
    for layer, limit in LIMITS.items():
        of_layer = [f for f in files if f["filename"].startswith(layer + "/")]
        lines = sum(f["line_total"] for f in of_layer)
        branches = sum(f["branch_total"] for f in of_layer)
        reached = percent(sum(f["line_covered"] for f in of_layer), lines)
        of_branches = percent(sum(f["branch_covered"] for f in of_layer), branches)
        print(f"{layer:<15}{lines:>8}{reached:>8.1f}%{branches:>11}{of_branches:>8.1f}%")
        # A layer without any line was not measured.
        if limit is not None and (reached < limit or lines == 0):
            low.append(f"{layer}: {reached:.1f} % of {lines} lines, and {limit} % are asked for")
    print("\nmost lines not reached (docs/coverage.md says why):")
    files.sort(key=lambda f: f["line_covered"] - f["line_total"])
    for file in files[:SHOWN_FILES]:
        missing = file["line_total"] - file["line_covered"]
        print(f"{missing:>6} of {file['line_total']:>4}  {file['filename']}")
    for line in low:
        print(f"too little: {line}", file=sys.stderr)
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

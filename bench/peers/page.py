"""What the comparisons share: how they tell of failures, and how they write into a page."""
import datetime
import os
import pathlib
import platform
import sys


class Failed(Exception):
    """What went wrong, for people."""


def say(text):
    print(text, file=sys.stderr, flush=True)


def row(cells):
    return "| " + " | ".join(cells) + " |"


def head(first_is_text, names):
    return [row(names), "|" + "|".join(" --- " if i < first_is_text else " ---: "
                                       for i in range(len(names))) + "|"]


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def some(count, what):
    return f"{count} {what}{'' if count == 1 else 's'}"


def conditions_of_run():
    """A line on when and where."""
    return (f"- {datetime.date.today().isoformat()}; {processor()}, {some(os.cpu_count(), 'core')}; "
            f"{platform.system()} {platform.release()}")


def put_between_markers(document, writer, lines):
    """Between the lines that say that `writer` has written what is between them."""
    begin_line = f"<!-- begin: written by {writer} -->"
    end_line = f"<!-- end: written by {writer} -->"
    text = document.read_text(encoding="utf-8")
    before, begin, rest = text.partition(begin_line)
    _, end, after = rest.partition(end_line)
    if not begin or not end:
        raise Failed(f"{document} has no lines '{begin_line}' and '{end_line}' to write between")
    document.write_text("\n".join([before + begin, *lines, end + after]), encoding="utf-8")


def number(text):
    value = int(text)
    if value < 1:
        raise ValueError(text)
    return value

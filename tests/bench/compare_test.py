"""The comparison with other systems, fed by programs that only say that they have run."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

COMPARE = pathlib.Path(sys.argv.pop(1)) / "bench/peers/compare.py"

FAKE = """
import json, sys
speed, change = float(sys.argv[1]), json.loads(sys.argv[2])
name, repeat = sys.argv[3], int(sys.argv[sys.argv.index("--repeat") + 1])
params = dict(word.split("=") for word in sys.argv if "=" in word and "{" not in word)
result = {"name": name, "params": {key: int(value) for key, value in params.items()}, "workers": 2,
          "messages": 7, "seconds": [speed * (i + 1) for i in range(repeat)], "verified": True}
if "only" not in change or change.pop("only") == name:
    result |= change
print(json.dumps(result))
sys.exit(0 if result["verified"] else 1)
"""
PAGE = """before
<!-- begin: written by ./dev bench --peers -->
old
<!-- end: written by ./dev bench --peers -->
after
"""


class Compare(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.page = pathlib.Path(self.folder.name) / "page.md"
        self.page.write_text(PAGE, encoding="utf-8")
        self.fake = pathlib.Path(self.folder.name) / "fake.py"
        self.fake.write_text(FAKE, encoding="utf-8")

    def command(self, speed, change=None):
        text = json.dumps(change or {}).replace("{", "{{").replace("}", "}}")
        return f"{sys.executable} {self.fake} {speed} '{text}'"

    def compare(self, peer, *more):
        return subprocess.run(
            [sys.executable, COMPARE, "--document", self.page, "--rounds", "2",
             "--system", "Ours", "1", self.command(0.01), "--system", "Slow", "2", peer,
             "--system", "Fast", "3", self.command(0.005), "--floor", self.command(0.002), *more],
            capture_output=True, text=True, check=False)

    def check_refused(self, peer, says):
        ended = self.compare(peer)
        self.assertEqual(ended.returncode, 1)
        self.assertIn(says, ended.stderr)
        self.assertEqual(ended.stdout, "")
        self.assertEqual(self.page.read_text(encoding="utf-8"), PAGE)
        self.assertFalse(self.page.with_suffix(".svg").exists())

    def test_writes_ratios_and_a_picture_between_the_markers_and_leaves_the_rest(self):
        ended = self.compare(self.command(0.12))
        self.assertEqual(ended.returncode, 0, ended.stderr)
        text = self.page.read_text(encoding="utf-8")
        self.assertTrue(text.startswith("before\n"))
        self.assertTrue(text.endswith("-->\nafter\n"))
        self.assertNotIn("old", text)
        self.assertIn("Ours 1; Slow 2; Fast 3; 2 workers each", text)
        self.assertIn("medians of 6 runs", text)
        self.assertIn("| threadring | actors=100 hops=2000000 | 7 | 20 | 240 | 10 "
                      "| **12.0** | **0.5** | 3.00 |", text)
        self.assertIn("| geometric mean |  |  |  |  |  | **12.0** | **0.5** |  |", text)
        self.assertIn("| count | one thread, plain queues | 20 | 4 | **5.0** |", text)
        self.assertIn("(page.svg)", text)
        xml.etree.ElementTree.parse(self.page.with_suffix(".svg"))

    def test_a_second_time_gives_the_same_page(self):
        self.compare(self.command(0.12))
        text = self.page.read_text(encoding="utf-8")
        self.compare(self.command(0.12))
        self.assertEqual(self.page.read_text(encoding="utf-8"), text)

    def test_a_run_that_is_not_verified_leaves_no_figures(self):
        self.check_refused(self.command(0.1, {"verified": False}), "pingpong on Slow 2 ended with exit status 1")

    def test_a_last_run_that_is_not_verified_leaves_no_figures_either(self):
        self.check_refused(self.command(0.1, {"only": "skynet", "verified": None}), "skynet on Slow 2")

    def test_says_not_verified_whatever_the_exit_status(self):
        self.check_refused(self.command(0.1, {"verified": "no"}), "pingpong on Slow 2 came to a wrong result")

    def test_work_that_differs_leaves_no_figures(self):
        self.check_refused(self.command(0.1, {"messages": 8}), "had 8 messages; another system had 7")
        self.check_refused(self.command(0.1, {"params": {"n": 1}}), "instead of {'n': 1000000}")
        self.check_refused(self.command(0.1, {"workers": 4}), "had 4 workers instead of 2")
        self.check_refused(self.command(0.1, {"seconds": [0.1]}), "as the seconds of 3 runs")

    def test_a_program_that_is_missing_or_says_nothing_is_named(self):
        self.check_refused("/nowhere/peer", "pingpong on Slow 2 cannot be started")
        self.check_refused("true", "pingpong on Slow 2 did not print one JSON object")

    def test_a_few_workloads_are_compared_on_standard_output_only(self):
        ended = self.compare(self.command(0.12), "--only", "fib")
        self.assertEqual(ended.returncode, 0)
        self.assertIn("| fib | n=25 | 7 |", ended.stdout)
        self.assertNotIn("skynet", ended.stdout)
        self.assertEqual(self.page.read_text(encoding="utf-8"), PAGE)


if __name__ == "__main__":
    unittest.main()

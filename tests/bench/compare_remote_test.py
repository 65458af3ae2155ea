"""The comparison of nodes with others, fed by programs that only say that they have run."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

COMPARE = pathlib.Path(sys.argv.pop(1)) / "bench/peers/compare_remote.py"

FAKE = """
import json, sys
figures, change = json.loads(sys.argv[1]), json.loads(sys.argv[2])
if "--idle-peers" in sys.argv:
    print(json.dumps({"cpu_percent": 0.25}))
elif "--mesh" in sys.argv:
    print(json.dumps({"processes": 7, "files": 9, "threads": 8, "started_s": 1, "met_s": 2, "stopped_s": 3}))
else:
    for size, pairs in ((16, 1), (65536, 4)):
        print(json.dumps({"size": size, "pairs": pairs, **figures}))
sys.exit(change.get("status", 0))
"""
OURS = {"flood_msgs_per_s": 3e6, "flood_cpu_ns": 500, "ask_p50_us": 120, "ask_p99_us": 400,
        "zmq_msgs_per_s": 2e6, "zmq_flood_cpu_ns": 400, "zmq_rtt_p50_us": 100, "zmq_rtt_p99_us": 300}
CAF = {"caf_msgs_per_s": 3e5, "caf_flood_cpu_ns": 6000, "caf_ask_p50_us": 200, "caf_ask_p99_us": 900}
PAGE = """before
<!-- begin: written by ./dev bench --remote -->
old
<!-- end: written by ./dev bench --remote -->
after
"""


class CompareRemote(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.page = pathlib.Path(self.folder.name) / "page.md"
        self.page.write_text(PAGE, encoding="utf-8")
        self.fake = pathlib.Path(self.folder.name) / "fake.py"
        self.fake.write_text(FAKE, encoding="utf-8")

    def command(self, figures, **change):
        return f"{sys.executable} {self.fake} '{json.dumps(figures)}' '{json.dumps(change)}'"

    def compare(self, caf, *more):
        return subprocess.run(
            [sys.executable, COMPARE, "--document", self.page, "--rounds", "2", "--bench", "1", "4.3",
             self.command(OURS), "--caf", "0.17", caf, *more],
            capture_output=True, text=True, check=False)

    def test_writes_ratios_between_the_markers_and_leaves_the_rest(self):
        ended = self.compare(self.command(CAF))
        self.assertEqual(ended.returncode, 0, ended.stderr)
        text = self.page.read_text(encoding="utf-8")
        self.assertTrue(text.startswith("before\n"))
        self.assertTrue(text.endswith("-->\nafter\n"))
        self.assertNotIn("old", text)
        self.assertIn("Spinoff 1; plain ZeroMQ 4.3; CAF 0.17", text)
        self.assertIn("| 64 KiB | 4 | 3000 | 2000 | 300 | **1.50** | **10.00** | 0.5 | 0.4 | 6 |", text)
        self.assertIn("| Spinoff | 120 | 400 | **1.20** |", text)
        self.assertIn("50 idle ones uses 0.25 % of a core", text)
        self.assertIn("200 nodes in 7 processes (9 open files, 8 threads)", text)

    def test_a_program_that_fails_leaves_no_figures(self):
        for caf, says in ((self.command(CAF, status=1), "ended with exit status 1"),
                          ("/nowhere/peer", "cannot be started"), ("echo no", "did not print"),
                          (self.command({"caf_msgs_per_s": 1}), "caf_flood_cpu_ns")):
            ended = self.compare(caf, "--no-nodes")
            self.assertEqual(ended.returncode, 1)
            self.assertIn(says, ended.stderr)
            self.assertEqual(ended.stdout, "")
            self.assertEqual(self.page.read_text(encoding="utf-8"), PAGE)


if __name__ == "__main__":
    unittest.main()

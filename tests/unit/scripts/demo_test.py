# SPDX-License-Identifier: Apache-2.0
"""What a demonstration that was killed outright leaves is removed by the next one, and nothing else is."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parents[3] / "scripts"
sys.path.insert(0, str(SCRIPTS))

import demo  # noqa: E402

# Makes its folder with something in it, says where, and waits for its end.
OTHER = ("import pathlib, sys; sys.path.insert(0, sys.argv[1]); import demo; "
         "folder, _ = demo.own_folder(pathlib.Path(sys.argv[2])); (folder / 'agent.log').touch(); "
         "print(folder, flush=True); sys.stdin.read()")


class OwnFolder(unittest.TestCase):
    def test_a_killed_runs_folder_is_removed_and_a_running_ones_is_left(self):
        with tempfile.TemporaryDirectory() as shared:
            others = [subprocess.Popen([sys.executable, "-B", "-c", OTHER, str(SCRIPTS), shared], text=True,
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(2)]
            for other in others:
                self.addCleanup(other.communicate)
            killed, running = (pathlib.Path(other.stdout.readline().strip()) for other in others)
            others[0].kill()
            others[0].wait()
            self.assertTrue((killed / "agent.log").exists())
            own, lock = demo.own_folder(pathlib.Path(shared))
            self.assertFalse(killed.exists())
            self.assertTrue((running / "agent.log").exists())
            self.assertEqual(sorted([running, own]), sorted(pathlib.Path(shared).iterdir()))
            os.close(lock)
            others[1].communicate()


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: Apache-2.0
"""What scripts/test is asked wrongly is said before anything is built."""

import pathlib
import subprocess
import unittest

TEST = pathlib.Path(__file__).resolve().parents[3] / "scripts" / "test"


class Usage(unittest.TestCase):
    def ask(self, *arguments):
        done = subprocess.run([TEST, *arguments], capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(done.stdout, "")
        return done.returncode, done.stderr

    def test_an_unknown_option_is_no_filter(self):
        status, error = self.ask("--no-skip")
        self.assertEqual(status, 2)
        self.assertIn("unknown option '--no-skip'", error)

    def test_a_second_filter_is_not_silently_the_only_one(self):
        status, error = self.ask("json", "session")
        self.assertEqual(status, 1)
        self.assertIn("'one|other'", error)


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: Apache-2.0
"""A skipped test is reported by name, with what brings the tool it lacks."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "scripts"))

from skipped_tests import skipped  # noqa: E402

REPORT = """<testsuite>
  <testcase name="passes" status="run"><system-out>needs x: y</system-out></testcase>
  <testcase name="wscat.connects" status="notrun"><skipped message="SKIP"/>
    <system-out>[ SKIPPED ]\nneeds wscat: scripts/setup --with-clients\n</system-out></testcase>
  <testcase name="mute" status="notrun"><skipped message="SKIP"/></testcase>
</testsuite>"""


class Skipped(unittest.TestCase):
    def test_only_skipped_tests_are_listed_with_their_command(self):
        with tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
            file.write(REPORT)
            file.flush()
            self.assertEqual([("wscat.connects", "needs wscat: scripts/setup --with-clients"),
                              ("mute", "it does not say what it needs")], skipped(file.name))


if __name__ == "__main__":
    unittest.main()

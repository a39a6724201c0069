# SPDX-License-Identifier: Apache-2.0
"""Every house rule finds what it is for, and leaves alone what it is not for."""

import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "scripts"))

import lint  # noqa: E402
from lint_rules import LINES_MAX, RULES  # noqa: E402

SPDX = "// SPDX-License-Identifier: Apache-2.0\n"


def rules_hit(path: str, text: str, root: pathlib.Path = ROOT) -> list[str]:
    return [rule for _, rule, _ in lint.check(lint.read(path, text, root))]


def cpp(line: str) -> str:
    return f"{SPDX}{line}\n"


# (rule, path, a line it must find, a line it must not find)
CASES = [
    ("layers", "common/json/a.cpp", '#include "common/protocol/limits.h"', '#include "common/base/error.h"'),
    ("layers", "common/base/a.cpp", '#include "common/json/json.h"', '#include "common/base/time.h"'),
    ("layers", "agent/a.cpp", '#include "platform/lws/transport.h"', '#include "common/json/json.h"'),
    ("layers", "cli/a.cpp", '#include "lambdas/backend/streams.h"', '#include "lambdas/backend/schema.h"'),
    ("layers", "emulator/functions/a.cpp", '#include "lambdas/aws/http.h"', '#include "emulator/loop/event_loop.h"'),
    ("layers", "lambdas/sync/a.cpp", '#include "lambdas/send/handler.h"', '#include "lambdas/sync/handler.h"'),
    ("layers", "lambdas/aws/a.cpp", '#include "tests/fakes/clock.h"', "#include <vector>"),
    ("owners", "emulator/events/a.cpp", "#include <cJSON.h>", '#include "common/json/json.h"'),
    ("owners", "agent/a.cpp", "#include <mbedtls/md.h>", "#include <map>"),
    ("owners", "emulator/aws/a.cpp", "#include <sqlite3.h>", "#include <fmt/format.h>"),
    ("platform-conditions", "agent/a.cpp", "#ifdef __linux__", "#ifdef NDEBUG"),
    ("banned-calls", "agent/a.cpp", "strcpy(to, from);", '// strcpy(to, from) is what others do: "strcpy(a, b)"'),
    ("banned-calls", "cli/a.cpp", "std::cout << 1;", 'fmt::print("std::cout");'),
    ("banned-calls", "cli/a.cpp", "#include <iostream>", "#include <cstdio>"),
    ("banned-calls", "cli/a.cpp", "assert(a);", "static_assert(a);"),
    ("banned-calls", "agent/a.cpp", "int a = rand();", "int a = brand();"),
    ("sleeping-tests", "tests/unit/a_test.cpp", "std::this_thread::sleep_for(d);", "wait_for(line);"),
    ("hidden-skips", "tests/e2e/a.py", 'self.skip' 'Test("no ::1")', "# SPDX-License-Identifier: Apache-2.0"),
    ("unfinished", "agent/a.cpp", "// TO" "DO: more", "// What is to do next is in the queue."),
    ("unfinished", "agent/a.cpp", "// good enough for" " now", "// for nowhere"),
    ("machine-names", "docs/a.md", "see /ro" "ot/x", "see ~/root/x"),
    ("machine-names", "docs/a.md", "npm config set registry registry.npm" "js.org", "see www.example.org"),
    ("dead-links", "docs/a.md", "[a](no-such-file.md)", "[a](https://example.org/no-such-file.md) [b](#part)"),
    ("protocol-rules", "agent/a.cpp", "// P-" "99", "// P-" "24, and a key on P-256"),
    ("protocol-rules", "docs/a.md", "see P-" "5", "see P-" "24"),
    ("named-tests", "docs/a.md", "see `no_such_test`", "see `append_test` and `test_replay`"),
    ("whitespace", "scripts/a.py", "# SPDX-License-Identifier: Apache-2.0 ", "# SPDX-License-Identifier: Apache-2.0"),
    ("whitespace", "agent/a.cpp", "\tint a;", "  int a;"),
]


class Lint(unittest.TestCase):
    def test_each_rule_finds_its_bad_line_and_not_the_good_one(self):
        for rule, path, bad, good in CASES:
            with self.subTest(rule=rule, bad=bad):
                text = cpp if path.endswith(".cpp") else "{}\n".format
                self.assertIn(rule, rules_hit(path, text(bad)))
                self.assertEqual([], rules_hit(path, text(good)))

    def test_every_rule_has_a_case(self):
        whole_file = {"length", "spdx", "header-guard"}
        self.assertEqual({r.__name__.replace("_", "-") for r in RULES}, {c[0] for c in CASES} | whole_file)

    def test_rules_about_a_whole_file(self):
        self.assertEqual(["spdx"], rules_hit("agent/a.cpp", "int a;\n"))
        self.assertEqual([], rules_hit("scripts/a", "#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\n"))
        self.assertEqual(["header-guard"], rules_hit("agent/a.h", cpp("int a;")))
        self.assertEqual([], rules_hit("agent/a.cpp", SPDX + "\n" * (LINES_MAX - 1)))
        self.assertEqual(["length"], rules_hit("agent/a.cpp", SPDX + "\n" * LINES_MAX))

    def test_a_finding_names_the_line(self):
        found = lint.check(lint.read("agent/a.cpp", SPDX + "/* one\ntwo */\nint a = rand();\n"))
        self.assertEqual([4], [line for line, _, _ in found])

    def test_a_line_can_allow_one_rule_with_a_reason(self):
        self.assertEqual([], rules_hit("agent/a.cpp", cpp("f(rand());  // lint-allow(banned-calls): a test of it")))
        self.assertNotEqual([], rules_hit("agent/a.cpp", cpp("f(rand());  // lint-allow(banned-calls)")))
        self.assertNotEqual([], rules_hit("agent/a.cpp", cpp("f(rand());  // lint-allow(owners): other rule")))

    def test_a_rule_of_the_protocol_is_cited_in_a_comment_of_a_test_and_defined_once(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "docs").mkdir()
            (root / "tests").mkdir()
            p = "P-"  # Written out, they would be citations of this file.
            text = f"- **{p}1** One.\n- **{p}2** Two.\n"
            (root / "docs" / "PROTOCOL.md").write_text(text)

            def lines_found(what: str) -> list[int]:
                return [line for line, _, _ in lint.check(lint.read("docs/PROTOCOL.md", what, root))]
            self.assertEqual([1, 2], lines_found(text))
            (root / "tests" / "a_test.cpp").write_text(f'// {p}1\nf("{p}2");\n')
            self.assertEqual([2], lines_found(text))
            (root / "tests" / "b.py").write_text(f"    # {p}1, {p}2\n")
            self.assertEqual([], lines_found(text))
            self.assertEqual([3], lines_found(text + f"- **{p}1** Again.\n"))

    def test_a_link_to_a_file_that_is_there_lives(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "docs").mkdir()
            (root / "docs" / "b.md").touch()
            self.assertEqual([], rules_hit("docs/a.md", "[b](b.md#part)\n", root))


if __name__ == "__main__":
    unittest.main()

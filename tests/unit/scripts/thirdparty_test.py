# SPDX-License-Identifier: Apache-2.0
"""The pinned table is whole, and the machine's own apt sources are read in both formats."""

import pathlib
import re
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "cmake" / "thirdparty"))

import debian  # noqa: E402
import sources  # noqa: E402
from table import Dependency, Failure, read_table, run  # noqa: E402

ARCHIVE, SECURITY, KEY = "http://archive.example/debian", "http://archive.example/security", "/keys/debian.gpg"


def archives(**files: str) -> dict:
    """machine_archives of an /etc/apt that holds these files (one_list → sources.list.d/one.list)."""
    with tempfile.TemporaryDirectory() as folder:
        apt = pathlib.Path(folder)
        (apt / "sources.list.d").mkdir()
        for name, text in files.items():
            stem, _, ending = name.rpartition("_")
            (apt / "sources.list.d" / f"{stem}.{ending}").write_text(text)
        return debian.machine_archives(apt, "bookworm")


class Table(unittest.TestCase):
    def test_every_row_is_pinned_by_hash_and_commit(self):
        rows = read_table()
        self.assertEqual(["libwebsockets", "mbedtls", "cjson", "curl"], [r.name for r in rows])
        for row in rows:
            self.assertRegex(row.sha256, re.compile(r"^[0-9a-f]{64}$"))
            self.assertRegex(row.git_commit, re.compile(r"^[0-9a-f]{40}$"))
            self.assertEqual(f"{row.debian_package}_{row.version}.orig.tar",
                             row.tarball.rpartition(".")[0])

    def test_the_git_route_has_the_same_versions_as_debians(self):
        for row in read_table():
            self.assertRegex(row.git_url, r"^https://github\.com/\w[\w-]*/\w+\.git$")
            self.assertRegex(row.git_tag.replace("_", "."), rf"(^v|^{row.name}-){re.escape(row.version)}$")
        for field in ("sha256", "git_url", "git_commit"):
            values = [getattr(row, field) for row in read_table()]
            self.assertEqual(len(values), len(set(values)), f"two rows share a {field}")

    def test_a_row_with_a_field_too_few_is_refused_by_file_and_line(self):
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write("# comment\nname 1.0 package\n")
            file.flush()
            with self.assertRaisesRegex(Failure, r":2: expected 8 fields, found 3"):
                read_table(pathlib.Path(file.name))


class MachineArchives(unittest.TestCase):
    def test_one_line_sources_are_read_with_their_options(self):
        found = archives(a_list=f"# deb http://no bookworm main\n"
                                f"deb [arch=amd64 signed-by={KEY}] {ARCHIVE} bookworm main\n"
                                f"deb {SECURITY} bookworm-security main\n"
                                f"deb http://other.example/x bookworm-extra main\n")
        self.assertEqual({"trixie": (ARCHIVE, KEY), "trixie-security": (SECURITY, "")}, found)

    def test_deb822_sources_are_read_and_disabled_ones_are_not(self):
        found = archives(a_sources=f"Types: deb\nURIs: http://off.example\nSuites: bookworm\nEnabled: no\n\n"
                                   f"Types: deb\n# a comment\nURIs: {ARCHIVE}\nSuites: bookworm bookworm-updates\n"
                                   f"Signed-By: {KEY}\n")
        self.assertEqual({"trixie": (ARCHIVE, KEY)}, found)

    def test_a_machine_without_debian_sources_has_none(self):
        self.assertEqual({}, archives(a_list="deb http://other.example jammy main\n"))


class Patches(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        (self.root / "debian" / "patches").mkdir(parents=True)
        (self.root / "tree").mkdir()
        (self.root / "tree" / "f").write_text("one\ntwo\nthree\n")

    def write_patch(self, name: str, old: str, new: str):
        (self.root / "debian" / "patches" / name).write_text(
            f"--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n one\n-{old}\n+{new}\n three\n")

    def test_the_series_is_applied_in_order(self):
        self.write_patch("b.patch", "two", "2")
        self.write_patch("a.patch-", "2", "II")
        (self.root / "debian" / "patches" / "series").write_text("# first\nb.patch\n\na.patch- # odd name\n")
        self.assertEqual(2, debian.apply_patches(self.root / "debian", self.root / "tree"))
        self.assertEqual("one\nII\nthree\n", (self.root / "tree" / "f").read_text())

    def test_a_patch_that_does_not_apply_is_an_error(self):
        self.write_patch("a.patch", "zwei", "2")
        (self.root / "debian" / "patches" / "series").write_text("a.patch\n")
        with self.assertRaisesRegex(Failure, "patch ended with 1"):
            debian.apply_patches(self.root / "debian", self.root / "tree")


class Sources(unittest.TestCase):
    ROW = Dependency("x", "1.0", "x", "x_1.0.orig.tar.gz", "0" * 64, "git://x", "v1.0", "1" * 40)

    def test_a_folder_placed_by_hand_is_used_and_one_of_another_version_is_not(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            self.assertTrue(sources._present(self.ROW, folder))
            (folder / ".beckon-source").write_text("0.9 other\n")
            self.assertFalse(sources._present(self.ROW, folder))

    def upstream(self, folder: pathlib.Path) -> Dependency:
        """A row whose upstream is a repository on this disk, with an annotated tag."""
        repository = folder / "upstream"
        repository.mkdir()
        (repository / "x.c").write_text("int x;\n")
        who = ["-c", "user.name=x", "-c", "user.email=x@example.com"]
        for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "-m", "x"],
                        ["tag", "-a", "v1.0", "-m", "1.0"]):
            run(["git", *who, *command], cwd=repository)
        commit = run(["git", "rev-parse", "HEAD"], cwd=repository).strip()
        return self.ROW._replace(git_url=repository.as_uri(), git_commit=commit)

    def test_the_git_route_takes_the_pinned_commit_and_nothing_else(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            row = self.upstream(folder)
            (folder / "scratch").mkdir()
            tree, origin = sources._from_upstream(row, folder / "scratch")
            self.assertEqual("int x;\n", (tree / "x.c").read_text())
            self.assertIn("no patches", origin)
            (folder / "again").mkdir()
            with self.assertRaisesRegex(Failure, rf"tag v1.0 is commit {row.git_commit}, the pinned one is 1+"):
                sources._from_upstream(row._replace(git_commit="1" * 40), folder / "again")

    def test_a_failed_command_shows_the_end_of_its_output(self):
        with self.assertRaisesRegex(Failure, "(?s)ended with 3.*the reason"):
            run(["sh", "-c", "echo the reason; exit 3"])


if __name__ == "__main__":
    unittest.main()

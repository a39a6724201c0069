# SPDX-License-Identifier: Apache-2.0
"""Where the tree and the binaries under test are."""

import os
import pathlib
import re
import sys

SOURCE_DIR = pathlib.Path(__file__).resolve().parents[3]

# The build under test: ctest sets it, so that sanitizer builds run the same tests.
BUILD_DIR = pathlib.Path(os.environ.get("BECKON_BUILD_DIR", SOURCE_DIR / "build")).resolve()
BIN_DIR = BUILD_DIR / "bin"

TEMPLATE = SOURCE_DIR / "infrastructure" / "template.yaml"
TEST_TEMPLATES = SOURCE_DIR / "tests" / "e2e" / "templates"

# Names that would make a tool under test talk to somebody else's account, or log differently.
_FOREIGN = ("AWS_", "BECKON_", "XDG_")


def binary(name):
    """A binary under test; says what to build if it is not there."""
    path = BIN_DIR / name
    if not path.exists():
        raise AssertionError(f"{path} is not there: build first (ninja -C {BUILD_DIR})")
    return path


def under_denial(denied):
    """What stands before a program so that it runs without what denied.py names; "": nothing."""
    return [sys.executable, SOURCE_DIR / "tests/e2e/support/denied.py", denied] if denied else []


def clean_environment():
    """This process's environment without what belongs to the developer's own set-up."""
    return {name: value for name, value in os.environ.items()
            if not name.startswith(_FOREIGN) or name == "BECKON_TEST_SLOWNESS"}


def template_for_build(source, target):
    """Copies a template so that its functions are found from the copy, in the build under test."""
    source = pathlib.Path(source)

    def absolute(match):
        folder = (source.parent / match[2]).resolve()
        default_build = SOURCE_DIR / "build"
        if folder.is_relative_to(default_build):
            folder = BUILD_DIR / folder.relative_to(default_build)
        return f"{match[1]}{folder}"

    text = re.sub(r"(\bCode: *)(\.\S+)", absolute, source.read_text(encoding="utf-8"))
    pathlib.Path(target).write_text(text, encoding="utf-8")
    return target

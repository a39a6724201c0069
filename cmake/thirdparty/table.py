# SPDX-License-Identifier: Apache-2.0
"""The pinned table cmake/dependencies.txt, and the few helpers every step shares."""

import hashlib
import pathlib
import subprocess
import sys
import time
from typing import NamedTuple

TABLE = pathlib.Path(__file__).resolve().parent.parent / "dependencies.txt"
_STARTED = time.monotonic()


class Dependency(NamedTuple):
    name: str
    version: str
    debian_package: str
    tarball: str
    sha256: str
    git_url: str
    git_tag: str
    git_commit: str


class Failure(Exception):
    """A step that could not be done; the text says what was tried and what to do."""


def read_table(path: pathlib.Path = TABLE) -> list[Dependency]:
    rows = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = line.split()
        if len(fields) != len(Dependency._fields):
            raise Failure(f"{path}:{number}: expected {len(Dependency._fields)} fields, found {len(fields)}")
        rows.append(Dependency(*fields))
    return rows


def say(text: str) -> None:
    """Progress goes to stderr; stdout carries only the answer."""
    print(f"[{time.monotonic() - _STARTED:5.1f} s] {text}", file=sys.stderr, flush=True)


def file_sha256(path: pathlib.Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def run(command: list[str], log: pathlib.Path | None = None, cwd: pathlib.Path | None = None) -> str:
    """Runs a command; on failure raises Failure with the end of its output."""
    done = subprocess.run(command, cwd=cwd, text=True, errors="replace", stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if log is not None:
        with log.open("a") as stream:
            stream.write(f"$ {' '.join(command)}\n{done.stdout}\n")
    if done.returncode != 0:
        tail = "\n".join(done.stdout.splitlines()[-25:])
        where = f" (all of it: {log})" if log else ""
        raise Failure(f"{command[0]} ended with {done.returncode}{where}:\n{tail}")
    return done.stdout

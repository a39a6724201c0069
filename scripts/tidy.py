# SPDX-License-Identifier: Apache-2.0
"""Runs clang-tidy over our sources (not the tests): python3 scripts/tidy.py BUILD-FOLDER [FILE-REGEX].

A file that was clean is not read again until it, a header of ours it includes, its compile command
or .clang-tidy changes.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TIDY = "clang-tidy-19"
FOLDERS = ("common", "agent", "platform", "lambdas", "emulator", "cli", "bench")


def sources(build: pathlib.Path, wanted: str) -> list[tuple[str, list[str]]]:
    """(path from the root, compile command) of every source of ours that the build knows."""
    found = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        path = pathlib.Path(entry["file"])
        if not path.is_relative_to(ROOT):
            continue
        name = str(path.relative_to(ROOT))
        if name.split("/")[0] in FOLDERS and re.search(wanted, name):
            found[name] = shlex.split(entry["command"])
    return sorted(found.items())


def fingerprint(build: pathlib.Path, command: list[str]) -> str:
    """A hash of all that decides the outcome: configuration, command, and every header of ours."""
    if command[0].endswith("ccache"):
        command = command[1:]
    listing = subprocess.run([c for c in command if c != "-c"] + ["-MM", "-MF", "-"], cwd=build,
                             capture_output=True, text=True)
    if listing.returncode != 0:
        return ""
    digest = hashlib.sha256((ROOT / ".clang-tidy").read_bytes() + " ".join(command).encode())
    for name in listing.stdout.replace("\\\n", " ").split()[1:]:
        digest.update(name.encode() + (build / name).read_bytes())
    return digest.hexdigest()


def check(build: pathlib.Path, name: str, command: list[str]) -> str:
    """The findings of one file, empty if there are none."""
    stamp = build / "tidy" / (name.replace("/", "-") + ".clean")
    mark = fingerprint(build, command)
    if mark and stamp.exists() and stamp.read_text() == mark:
        return ""
    done = subprocess.run([TIDY, "-p", str(build), "--quiet", name], cwd=ROOT, capture_output=True, text=True)
    if done.returncode == 0:
        stamp.write_text(mark)
        return ""
    return done.stdout or done.stderr


def main() -> int:
    build = pathlib.Path(sys.argv[1]).resolve()
    (build / "tidy").mkdir(exist_ok=True)
    files = sources(build, sys.argv[2] if len(sys.argv) > 2 else "")
    findings, begun, told = {}, time.monotonic(), 0.0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = {pool.submit(check, build, name, command): name for name, command in files}
        for count, run in enumerate(concurrent.futures.as_completed(runs), 1):
            for line in run.result().splitlines():
                findings[line] = None  # A header's finding comes with every file that includes it.
            if time.monotonic() - told > 5:
                told = time.monotonic()
                print(f"tidy: {count}/{len(files)}", flush=True)
    print("\n".join(findings))
    errors = sum(1 for line in findings if ": error: " in line)
    print(f"tidy: {len(files)} files, {errors} findings, {time.monotonic() - begun:.0f} s")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())

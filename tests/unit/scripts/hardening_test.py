# SPDX-License-Identifier: Apache-2.0
"""Every program of ours is hardened as cmake/hardening.cmake says; reads ELF files with readelf.

Usage: hardening_test.py BUILD-FOLDER
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

BUILD = pathlib.Path(sys.argv.pop(1)) if __name__ == "__main__" else None
# What a function that can be called begins with, where indirect jumps may only lead to such places.
LANDING_PADS = {"X86-64": ("f30f1efa",), "AArch64": ("5f2403d5", "3f2303d5")}  # endbr64; bti c, paciasp

CHECKED_CALLS = "checked libc calls (_FORTIFY_SOURCE)"


def readelf(path, *options) -> str:
    return subprocess.run(["readelf", "-W", *options, str(path)], check=True, capture_output=True,
                          text=True).stdout


def first_bytes(path, symbols, name, count=4) -> str:
    """What the function of this name begins with, in hexadecimal; "" if there is none."""
    found = re.search(rf"([0-9a-f]+)\s+\d+ FUNC\s+\S+\s+\S+\s+\d+ {name}$", symbols, re.MULTILINE)
    if not found:
        return ""
    address = int(found[1], 16)
    loaded = re.findall(r"LOAD\s+0x([0-9a-f]+) 0x([0-9a-f]+) 0x[0-9a-f]+ 0x([0-9a-f]+)", readelf(path, "-l"))
    for offset, start, size in (tuple(int(n, 16) for n in row) for row in loaded):
        if start <= address < start + size:
            return path.read_bytes()[offset + address - start:][:count].hex()
    return ""


def missing(path) -> list[str]:
    """What this program lacks."""
    header, segments, dynamic, symbols = (readelf(path, option) for option in ("-h", "-l", "-d", "-s"))
    stack = re.search(r"GNU_STACK.*", segments)
    machine = re.search(r"Machine:.*?(X86-64|AArch64)", header)
    pads = LANDING_PADS.get(machine[1] if machine else "", ())
    checks = {
        "PIE (-fPIE -pie)": re.search(r"Type:\s+DYN", header) and re.search(r"FLAGS_1.*\bPIE\b", dynamic),
        "RELRO (-z relro)": "GNU_RELRO" in segments,
        "RELRO for all of it (-z now)": re.search(r"FLAGS.*\b(BIND_)?NOW\b", dynamic),
        "a stack without code (-z noexecstack)": stack and not re.search(r"RWE|\bE\b", stack[0]),
        "no segment that can be written and run": not re.search(r"LOAD.* RWE ", segments),
        "a stack protector": "__stack_chk_fail" in symbols,
        CHECKED_CALLS: re.search(r"__(?!stack)\w+_chk@", symbols),
        "landing pads (-fcf-protection)": not pads or first_bytes(path, symbols, "main") in pads,
    }
    return [name for name, good in checks.items() if not good]


def programs() -> list[pathlib.Path]:
    return sorted(path for path in (BUILD / "bin").rglob("*")
                  if path.is_file() and path.read_bytes()[:4] == b"\x7fELF")


class Hardening(unittest.TestCase):
    def test_every_program_has_what_the_compiler_and_the_linker_can_give(self):
        self.assertGreaterEqual(len(programs()), 10)
        for path in programs():
            with self.subTest(program=str(path.relative_to(BUILD))):
                found = missing(path)
                # The load generator happens to call nothing that has a checked form.
                if path.name == "beckon-bench-load" and CHECKED_CALLS in found:
                    found.remove(CHECKED_CALLS)
                self.assertEqual(found, [])

    def test_every_source_is_compiled_with_what_a_program_does_not_show(self):
        commands = json.loads((BUILD / "compile_commands.json").read_text())
        self.assertGreater(len(commands), 100)
        for flag in ("-fstack-clash-protection", "-fstack-protector-strong", "-D_FORTIFY_SOURCE=3"):
            self.assertEqual([c["file"] for c in commands if flag not in c["command"].split()], [], flag)

    def test_the_check_sees_when_one_is_off(self):
        compiler = shutil.which("cc")
        self.assertTrue(compiler, "expected a C compiler named cc")
        source = 'extern int scanf(const char*, ...); int main() { char a[99]; return scanf("%9s", a); }'
        folder = BUILD / "hardening"
        folder.mkdir(exist_ok=True)
        soft = folder / "soft"
        command = [compiler, "-x", "c", "-", "-o", str(soft), "-no-pie", "-fno-pie", "-fno-stack-protector",
                   "-U_FORTIFY_SOURCE", "-Wl,-z,norelro,-z,lazy,-z,execstack", *no_pads(compiler)]
        subprocess.run(command, input=source, text=True, check=True, capture_output=True)
        self.assertEqual([name.split(" ")[0] for name in missing(soft)],
                         ["PIE", "RELRO", "RELRO", "a", "a", "checked", "landing"])


def no_pads(compiler) -> list[str]:
    for flag in ("-fcf-protection=none", "-mbranch-protection=none"):
        if subprocess.run([compiler, flag, "-x", "c", "-c", "-o", "/dev/null", "/dev/null"],
                          capture_output=True, check=False).returncode == 0:
            return [flag]
    return []


if __name__ == "__main__":
    unittest.main()

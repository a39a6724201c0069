#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The same worlds on 32-bit RISC-V give the same digest: the core stays fit for an ESP32.

Arguments: the host's beckon-sim, the folder with cJSON's source, the build folder to use.
"""

import os
import pathlib
import shutil
import subprocess
import sys

_HERE = pathlib.Path(__file__).resolve().parent
_ROOT = _HERE.parents[2]
_SEEDS = ("--seeds", os.environ.get("BECKON_RV32_SEEDS", "1..200"), "--digest")
_TIMEOUT_S = 400
_NEEDED = {"riscv64-unknown-elf-g++": "gcc-riscv64-unknown-elf", "qemu-system-riscv32": "qemu-system-misc",
           "cmake": "cmake", "ninja": "ninja-build"}


def missing() -> list[str]:
    packages = [package for command, package in _NEEDED.items() if not shutil.which(command)]
    for path, package in (("/usr/lib/picolibc/riscv64-unknown-elf", "picolibc-riscv64-unknown-elf"),
                          ("/usr/src/gcc-12", "gcc-12-source")):
        if not os.path.exists(path):
            packages.append(package)
    return packages


def run(*command: str | os.PathLike) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        print(done.stdout[-8000:])
        sys.exit(f"{command[0]} failed with {done.returncode}")


def emulated(program: pathlib.Path) -> subprocess.CompletedProcess:
    """Runs a program on QEMU's bare machine; output and exit status are its own. picolibc makes argv[0] itself."""
    arguments = ",".join(f"arg={word}" for word in _SEEDS)
    return subprocess.run(
        ["qemu-system-riscv32", "-M", "virt", "-m", "128M", "-bios", "none", "-display", "none",
         "-monitor", "none", "-serial", "none", "-semihosting-config", f"enable=on,target=native,{arguments}",
         "-kernel", program],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=_TIMEOUT_S,
        check=False)


def main() -> int:
    host, cjson, build = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    if packages := missing():
        print(f"needs {' '.join(packages)}: scripts/setup --with-check")
        return 77
    prefix = _ROOT / "third_party" / "rv32"
    run(_ROOT / "cmake/toolchains/libstdcxx.sh", prefix)
    run("cmake", "-S", _HERE, "-B", build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=",
        f"-DCMAKE_TOOLCHAIN_FILE={_ROOT}/cmake/toolchains/rv32_picolibc.cmake",
        f"-DBECKON_RV32_PREFIX={prefix}", f"-DBECKON_CJSON={cjson}")
    run("ninja", "-C", build)

    here = subprocess.run([host, *_SEEDS], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    there = emulated(build / "beckon-sim")
    print(f"64 bit (status {here.returncode}):\n{here.stdout}32 bit (status {there.returncode}):\n{there.stdout}")
    if here.returncode or there.returncode:
        return 1
    if here.stdout != there.stdout:
        print("expected the same digest and counts on both")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

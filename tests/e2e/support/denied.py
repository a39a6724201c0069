# SPDX-License-Identifier: Apache-2.0
"""Runs a program under a kernel that lacks something: denied.py netlink|readlink,… PROGRAM [ARGUMENT]…

Some sandboxes (gVisor, containers with strict filters) have no netlink sockets, or no view of other
processes. A seccomp filter answers as they do; it holds for the program and all that it starts."""

import ctypes
import errno
import os
import platform
import struct
import sys

AF_NETLINK = 16
# What it is called by: number of the system call on x86_64 and aarch64, wanted first argument, error.
CALLS = {"netlink": ({"x86_64": 41, "aarch64": 198}, AF_NETLINK, errno.EAFNOSUPPORT),
         "readlink": ({"x86_64": 89, "aarch64": 78}, None, errno.EACCES)}

LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06  # BPF instructions
NUMBER, ARGUMENT = 0, 16  # where seccomp_data has them
ALLOW, FAIL_WITH = 0x7FFF0000, 0x00050000
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2


def instruction(code, value, if_true=0, if_false=0):
    return struct.pack("=HBBI", code, if_true, if_false, value)


def denial(name):
    """The instructions for one call; what it is not about runs past them."""
    numbers, argument, error = CALLS[name]
    body = [instruction(RETURN, FAIL_WITH | error)]
    if argument is not None:
        body = [instruction(LOAD, ARGUMENT), instruction(JUMP_IF_EQUAL, argument, 0, len(body)), *body]
    return [instruction(LOAD, NUMBER),
            instruction(JUMP_IF_EQUAL, numbers[platform.machine()], 0, len(body)), *body]


def deny(names):
    code = [one for name in names for one in denial(name)] + [instruction(RETURN, ALLOW)]
    instructions = ctypes.create_string_buffer(b"".join(code))
    program = ctypes.create_string_buffer(
        struct.pack("@HP", len(code), ctypes.addressof(instructions)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 or \
            libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


if __name__ == "__main__":
    deny(sys.argv[1].split(","))
    os.execv(sys.argv[2], sys.argv[2:])

# SPDX-License-Identifier: Apache-2.0
"""The end-to-end harness: real binaries, real sockets, Python's standard library only."""

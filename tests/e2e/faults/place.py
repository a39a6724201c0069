# SPDX-License-Identifier: Apache-2.0
"""Lets the files of this folder import the harness, as `from place import harness`."""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import harness  # noqa: E402,F401  pylint: disable=wrong-import-position,unused-import

# SPDX-License-Identifier: Apache-2.0
"""Where the outside clients are, and how a test says that one is missing."""

import json
import os
import pathlib
import shutil
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

from harness import Case, paths  # noqa: E402,F401  pylint: disable=unused-import

SKIPPED = 77


def need(path, what):
    """The path if it is there; otherwise ends the program as skipped."""
    if path and pathlib.Path(path).exists():
        return str(path)
    print(f"SKIP: needs {what}: run scripts/setup --with-clients")
    sys.exit(SKIPPED)


def node():
    return need(shutil.which("node"), "node")


def wscat():
    return need(HERE / "node_modules" / ".bin" / "wscat", "wscat")


def aws_sdk():
    return need(HERE / "node_modules" / "@aws-sdk", "the AWS SDK for JavaScript")


def aws_cli():
    """The distribution's, if there are several."""
    distribution = pathlib.Path("/usr/bin/aws")
    return need(distribution if distribution.exists() else shutil.which("aws"), "the AWS CLI")


def aws_environment(emulator):
    """The variables that every AWS tool reads, for this emulator and nothing of the developer's."""
    ready = emulator.ready
    return {**paths.clean_environment(), "HOME": "/nonexistent",
            "AWS_ACCESS_KEY_ID": ready["access_key_id"],
            "AWS_SECRET_ACCESS_KEY": ready["secret_access_key"],
            "AWS_REGION": ready["region"], "AWS_DEFAULT_REGION": ready["region"],
            "AWS_EC2_METADATA_DISABLED": "true", "AWS_PAGER": "",
            "PYENV_ROOT": os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv")),
            "BECKON_READY": json.dumps(ready)}

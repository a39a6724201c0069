# SPDX-License-Identifier: Apache-2.0
"""Prints the programs' sizes and fails if one is over its budget: python3 scripts/size.py BIN-FOLDER."""

import json
import pathlib
import sys

# Stripped, with TLS, libc apart. The agent's figure is the product's promise to small devices; a
# Lambda's bounds its cold start, which grows with what must be read.
BUDGET = pathlib.Path(__file__).resolve().parent.parent / "tests" / "footprint" / "budget.json"


def main() -> int:
    folder = pathlib.Path(sys.argv[1])
    over = 0
    budgets = json.loads(BUDGET.read_text(encoding="utf-8"))
    for pattern, budget in ((pattern, of["stripped_bytes_max"]) for pattern, of in budgets.items()):
        programs = sorted(folder.glob(pattern))
        if not programs:
            print(f"size: {pattern} is not in {folder}")
            over += 1
        for program in programs:
            size = program.stat().st_size
            verdict = "ok" if size <= budget else "OVER"
            print(f"size: {program.relative_to(folder)} {size} bytes of {budget}: {verdict}")
            over += size > budget
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())

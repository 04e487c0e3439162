"""`make bench`: runs every bench_*.py (or those named), `--soak` every soak_*.py."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from tests.bench.record import record


def main(words: list[str]) -> int:
    kind = "soak" if "--soak" in words else "bench"
    wanted = [w for w in words if not w.startswith("-")]
    found = sorted(p.stem for p in Path(__file__).parent.glob(f"{kind}_*.py"))
    for name in found:
        if wanted and not any(w in name for w in wanted):
            continue
        for row in importlib.import_module(f"tests.bench.{name}").figures():
            raw = row.pop("raw", None)
            record(row, raw, kind)
    if not found:
        print(f"no {kind} is defined yet")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

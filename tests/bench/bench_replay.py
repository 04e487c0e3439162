"""Real messages through the live definitions: every end, every branch, nothing stuck, states equal when restored."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data"
FILES = {"chinese_messages": SHARED / "cn" / "messages_dev.csv", "311_sample": SHARED / "us311" / "baltimore_311_dev.csv"}
ROWS = 500
KEPT = ("cases", "ends", "counts", "elements", "flows", "unreached", "stuck", "incidents", "bare", "states_checked", "seconds",
        "failures")


def figures() -> Iterator[dict[str, Any]]:
    """One row for each file that is there; `passed` is the exit code of the command."""
    for name, file in FILES.items():
        if not file.exists():
            continue
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "app", "demo", "replay", str(file), "--limit", str(ROWS), "--json"],
            cwd=ROOT, capture_output=True, text=True, check=False)
        report = json.loads(done.stdout[done.stdout.index("{"):])
        yield {"figure": f"replay_{name}", "passed": done.returncode == 0, **{key: report[key] for key in KEPT},
               "raw": report["steps"]}

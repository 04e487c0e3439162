"""Where a figure goes: a JSON line on the screen, and one with commit, machine and raw samples in instance/."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
UNITS = {"per_s": "1/s", "ms": "ms", "us": "us", "kb": "kB", "ratio": "1"}
"""What a figure is measured in, by the end of its name."""


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    cpu = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")), platform.processor()) if Path("/proc/cpuinfo").exists() else ""
    return {"python": platform.python_version(), "system": platform.platform(), "cpu": cpu, "cores": os.cpu_count()}


def commit() -> str:
    """The commit measured, with a mark when the tree has changes."""
    run = lambda *words: subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True).stdout.strip()  # noqa: E731
    return run("rev-parse", "--short", "HEAD") + ("+changes" if run("status", "--porcelain") else "")


def record(row: dict[str, Any], raw: Any = None, kind: str = "bench") -> None:
    """Print one figure as {name, value, unit, ..., machine}; keep it with its raw samples in instance/<kind>.jsonl."""
    row = {"name" if key == "figure" else key: value for key, value in row.items()}
    unit = UNITS.get(str(row.get("name", "")).rpartition(".")[2])
    row = {**row, **({"unit": unit} if unit and "unit" not in row else {}), "machine": machine()}
    print(json.dumps(row, ensure_ascii=False), flush=True)
    folder = ROOT / "instance"
    folder.mkdir(exist_ok=True)
    full = {**row, "at": datetime.now(UTC).isoformat(timespec="seconds"), "commit": commit()}
    if raw is not None:
        full["raw"] = raw
    with (folder / f"{kind}.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(full, ensure_ascii=False) + "\n")

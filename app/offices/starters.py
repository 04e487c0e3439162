"""What a new office may begin with: units and services whose codes the base tables know. Files, as any office's."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "starter_files"
KINDS = ("units", "services")
"""In the order in which they are brought in."""
WINDOW = "CYZX"
"""The unit of the starter units that takes requests in."""


def table(kind: str) -> str:
    """The CSV text of a kind. KeyError for an unknown one."""
    if kind not in KINDS:
        raise KeyError(kind)
    return (FOLDER / f"{kind}.csv").read_text(encoding="utf-8")

"""The files of the demo's data folder, read. What they mean is said where they are used."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parent / "data"


def text(name: str) -> str:
    """A file as it is."""
    return (FOLDER / name).read_text(encoding="utf-8")


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """The rows of a CSV file by header."""
    return tuple(csv.DictReader(text(name).splitlines()))


def document(name: str, folder: Path = FOLDER) -> dict[str, Any]:
    """A YAML file whose top is a mapping. Raises ValueError."""
    value = yaml.safe_load((folder / name).read_text(encoding="utf-8"))
    if not isinstance(value, dict):
        raise ValueError(f"{name} is not a mapping")
    return value

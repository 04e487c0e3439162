"""Writes constraints.txt: the exact version of every Python package that is installed because of our requirements.

`python scripts/pins.py`, after a version in requirements*.txt was changed and installed without the file."""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from scripts.sbom import needed  # noqa: E402

FILE = ROOT / "constraints.txt"
HEAD = "# Every package that our requirements bring along, exactly: written by scripts/pins.py.\n"


def pins() -> dict[str, str]:
    """Canonical name -> installed version."""
    return {name: metadata.version(name) for name in sorted(needed("requirements.txt", "requirements-dev.txt"))}


if __name__ == "__main__":
    FILE.write_text(HEAD + "".join(f"{name}=={version}\n" for name, version in pins().items()), encoding="utf-8")

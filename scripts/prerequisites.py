"""Names a missing prerequisite in one line, with how to get it. Runs on any Python 3."""

import shutil
import sys
import sysconfig
from pathlib import Path


def missing() -> str | None:
    """The first thing that is missing, or None."""
    if not (3, 11) <= sys.version_info[:2] < (3, 13):
        found = ".".join(map(str, sys.version_info[:2]))
        return (f"Python 3.11 or 3.12 is needed (found {found}). Debian: apt install python3.11 python3.11-venv; "
                "elsewhere: python.org; then: make PYTHON=python3.11 run")
    if not any(shutil.which(name) for name in ("cc", "gcc", "clang")):
        return "A C compiler is needed to build durable-rules. Debian: apt install gcc; macOS: xcode-select --install"
    if not (Path(sysconfig.get_paths()["include"]) / "Python.h").exists():
        return "The headers of Python are needed to build durable-rules. Debian: apt install python3-dev"
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        return "Python's venv module is incomplete. Debian: apt install python3-venv"
    return None


if __name__ == "__main__":
    problem = missing()
    if problem:
        sys.exit(problem)

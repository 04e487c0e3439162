"""A real clamd with one signature of our own: the harmless test file that every scanner knows."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
SIGNATURE = "Test.EICAR.UNOFFICIAL"
START_SECONDS = 30.0


def needed() -> str:
    """Where clamd lies. Skips on a laptop without one, fails where CI runs."""
    found = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin:/usr/local/sbin")
    if found is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("clamd is not installed")
        raise AssertionError
    return found


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """The address of a clamd that lives while the block does."""
    program, database, address = needed(), folder / "signatures", folder / "clamd.sock"
    database.mkdir(exist_ok=True)
    (database / "own.ndb").write_text(f"Test.EICAR:0:*:{EICAR.hex()}\n")
    (folder / "clamd.conf").write_text(f"Foreground yes\nLocalSocket {address}\nDatabaseDirectory {database}\n")
    child = subprocess.Popen([program, "-c", str(folder / "clamd.conf")],  # noqa: S603
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + START_SECONDS
        while not address.exists():
            assert child.poll() is None and time.monotonic() < until, "clamd did not start"
            time.sleep(0.05)
        yield str(address)
    finally:
        child.terminate()
        child.wait(START_SECONDS)
        address.unlink(missing_ok=True)

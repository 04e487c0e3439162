"""`make run`: migrate, publish, seed an empty database, then web and worker side by side until stopped."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from app import create_app
from app.cli.migrate import alone, upgrade

ROOT = Path(__file__).resolve().parents[2]
SHUTDOWN_SECONDS = 15.0


def main() -> int:
    """Prepare the database and supervise the two processes; the exit code of the one that ended first."""
    os.chdir(ROOT)
    port = int(os.environ.get("PORT") or "8000")
    if _taken(port):
        sys.stderr.write(f"Port {port} is in use. Choose another: make run PORT={port + 1}\n")
        return 1
    app = create_app()
    try:
        with app.app_context(), alone():
            upgrade()
            behind = _prepare()
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped before it was ready. The next start goes on where this one was.\n")
        return 0
    return _supervise(port, behind)


def _prepare() -> Sequence[str]:
    """Prepare and say so; the command of what is to run behind the two processes, or none."""
    from app.cli.demo import year
    from app.cli.demo.seed import prepare_installation

    _say(*prepare_installation())
    first = year.first_part(heard=_Dots("the newest made-up requests of a year are played before the first page"))
    if first:
        sys.stdout.write(f" {first}\n")
    left = year.left()
    if left:
        _say(f"{left} made-up requests of a year come in behind, the newest first (DEMO_CASES=0: none)")
    return year.WORDS if left else ()


def _say(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(f"  {line}\n")
    sys.stdout.flush()


class _Dots:
    """A sentence at the first call, and a dot at each: whoever waits sees that it goes on."""

    def __init__(self, sentence: str) -> None:
        self.sentence, self.begun = sentence, False

    def __call__(self) -> None:
        sys.stdout.write("." if self.begun else f"  {self.sentence} .")
        sys.stdout.flush()
        self.begun = True


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def _supervise(port: int, behind: Sequence[str] = ()) -> int:
    """Web and worker until one ends. `behind` begins once the web answers: the first page waits for nothing."""
    environment = {**os.environ, "PORT": str(port)}
    words = (["-m", "app.cli.serve"], ["-m", "flask", "--app", "app", "worker"])
    children = [subprocess.Popen([sys.executable, *each], env=environment, cwd=ROOT)  # noqa: S603
                for each in words]
    helpers: list[subprocess.Popen[bytes]] = []

    def stop(_signal: int, _frame: FrameType | None) -> None:
        for child in [*children, *helpers]:
            child.terminate()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while all(child.poll() is None for child in children):
        time.sleep(0.2)
        if behind and not helpers and _taken(port):
            helpers.append(subprocess.Popen(list(behind), env=environment, cwd=ROOT))  # noqa: S603
    first = next(child.returncode for child in children if child.poll() is not None)
    _end([*children, *helpers])
    return 0 if first in (0, -signal.SIGTERM, -signal.SIGINT) else int(first)


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    """Ask politely, then insist: a worker may finish the step it is in."""
    deadline = time.monotonic() + SHUTDOWN_SECONDS
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()


if __name__ == "__main__":
    sys.exit(main())

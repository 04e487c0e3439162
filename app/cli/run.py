"""`make run`: migrate, publish, seed an empty database, then web and worker side by side until stopped."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

from flask import Flask

from app import create_app
from app.cli.migrate import upgrade

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
    with app.app_context():
        upgrade()
        _prepare(app)
    return _supervise(port)


def _prepare(app: Flask) -> None:
    from app.cli.demo.seed import prepare_installation

    for line in prepare_installation():
        sys.stdout.write(f"  {line}\n")
    sys.stdout.flush()


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def _supervise(port: int) -> int:
    environment = {**os.environ, "PORT": str(port)}
    words = (["-m", "app.cli.serve"], ["-m", "flask", "--app", "app", "worker"])
    children = [subprocess.Popen([sys.executable, *each], env=environment, cwd=ROOT)  # noqa: S603
                for each in words]

    def stop(_signal: int, _frame: FrameType | None) -> None:
        for child in children:
            child.terminate()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while all(child.poll() is None for child in children):
        time.sleep(0.2)
    first = next(child.returncode for child in children if child.poll() is not None)
    _end(children)
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

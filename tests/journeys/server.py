"""The product as `make run` starts it, on a database of the test: a web process and a worker process."""

from __future__ import annotations

import os
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Protocol

from tests.journeys.nursery import Nursery

ROOT = Path(__file__).resolve().parents[2]
PROCESSES = (["app.cli.serve"], ["flask", "--app", "app", "worker"])
START_SECONDS = 120.0
"""An office from nothing plays the first requests of its year before it answers."""


class Process(Protocol):
    """What a wait has to know of a process."""

    def poll(self) -> int | None:
        """The exit code once it has ended."""


@cache
def _nursery() -> Nursery:
    return Nursery()


@contextmanager
def running(url: str, folder: Path) -> Iterator[str]:
    """Web and worker on the database of `url`, files and logs in `folder`; yields the address of the demo office."""
    port = free_port()
    environment = {**os.environ, "DATABASE_URL": url, "INSTANCE_PATH": str(folder), "PORT": str(port)}
    log = folder / "server.log"
    children = [_nursery().start(words, environment, log) for words in PROCESSES]
    try:
        wait_for(f"http://127.0.0.1:{port}/health", children, log)
        yield f"http://127.0.0.1:{port}/t/demo"
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait(20)


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str, children: Sequence[Process], log: Path) -> None:
    """Until the address answers 200. AssertionError with the end of the log when a process ended or it took too long."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if any(child.poll() is not None for child in children):
            break
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.05)
    raise AssertionError("the server did not start:\n" + log.read_text(encoding="utf-8", errors="replace")[-3000:])

"""Asking a virus scanner: clamd's INSTREAM over TCP or a local socket. Without one configured nothing is asked.

Our own few lines, because the client library for it was last released in 2014.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

CONNECT_SECONDS = 2.0
DOOR_SECONDS, QUEUE_SECONDS = 8.0, 60.0
"""How long an answer may take: while a resident waits for the page, and when only the worker waits."""
CHUNK = 64 * 1024
LONGEST_ANSWER = 4096


class ScannerDown(Exception):
    """The scanner gave no verdict: not there, too slow, or it says why it cannot."""


@dataclass(frozen=True)
class Verdict:
    """`signature`: what was found; None for a clean file."""

    signature: str | None

    @property
    def clean(self) -> bool:
        """Nothing was found."""
        return self.signature is None


class Scanner(Protocol):
    """What looks into contents."""

    def scan(self, content: BinaryIO, seconds: float) -> Verdict:
        """Raises ScannerDown, also when one answer takes longer than `seconds`."""


class ClamdScanner:
    """A clamd at `host:port`, or at the path of its local socket."""

    def __init__(self, address: str) -> None:
        self.address = address

    def scan(self, content: BinaryIO, seconds: float) -> Verdict:
        """Send the content in pieces; nothing is written to the scanner's disk by us."""
        try:
            with self._connected() as line:
                line.settimeout(seconds)
                line.sendall(b"zINSTREAM\0")
                while piece := content.read(CHUNK):
                    line.sendall(struct.pack(">I", len(piece)) + piece)
                line.sendall(struct.pack(">I", 0))
                return _verdict(_answer(line))
        except OSError as error:
            raise ScannerDown(f"{type(error).__name__}: {error.strerror or error}") from error

    def _connected(self) -> socket.socket:
        if self.address.startswith("/"):
            line = socket.socket(socket.AF_UNIX)
            line.settimeout(CONNECT_SECONDS)
            try:
                line.connect(self.address)
            except OSError:
                line.close()
                raise
        else:
            host, _colon, port = self.address.rpartition(":")
            line = socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECT_SECONDS)
        return line


def _answer(line: socket.socket) -> str:
    received = b""
    while not received.endswith(b"\0") and len(received) < LONGEST_ANSWER:
        piece = line.recv(CHUNK)
        if not piece:
            break
        received += piece
    return received.rstrip(b"\0").decode("utf-8", "replace").strip()


def _verdict(answer: str) -> Verdict:
    """`stream: OK`, `stream: NAME FOUND`, or anything else: no verdict."""
    if answer == "stream: OK":
        return Verdict(None)
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return Verdict(answer.removeprefix("stream: ").removesuffix(" FOUND")[:200])
    raise ScannerDown(answer[:200] or "no answer")


_installed: list[Scanner] = []


def install(scanner: Scanner | None) -> None:
    """Which scanner this process asks; None: none."""
    _installed[:] = [scanner] if scanner else []


def current() -> Scanner | None:
    """The scanner, or None where the installation has none."""
    return _installed[0] if _installed else None


def has_scanner() -> bool:
    """Whether this installation has one."""
    return bool(_installed)


def configure(values: Mapping[str, Any]) -> None:
    """`CLAMD` = `host:port` or the path of a socket. Raises ValueError for anything else."""
    address = str(values.get("CLAMD") or "").strip()
    host, _colon, port = address.rpartition(":")
    if address and not address.startswith("/") and not (host and port.isdigit()):
        raise ValueError(f"CLAMD is neither host:port nor the path of a socket: {address}")
    install(ClamdScanner(address) if address else None)

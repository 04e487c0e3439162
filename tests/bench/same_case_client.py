"""Clients of the same case: a connection that stays open, a closed loop, and an open loop at a given rate."""

from __future__ import annotations

import json
import socket
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


class Line:
    """One HTTP connection with as little work as can be: the client shares its core with the database."""

    def __init__(self, port: int, headers: str = "") -> None:
        self.port, self.headers = port, headers
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def post(self, path: str, body: bytes, key: str = "") -> Any:
        """The JSON answer; AssertionError for anything but success."""
        marked = f"Idempotency-Key: {key}\r\n" if key else ""
        self._socket.sendall(f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n{self.headers}{marked}"
                             f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        got = b""
        while b"\r\n\r\n" not in got:
            got += self._more()
        head, _, rest = got.partition(b"\r\n\r\n")
        length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n")
                      if line.lower().startswith(b"content-length"))
        while len(rest) < length:
            rest += self._more()
        assert head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201")), head.split(b"\r\n")[0] + rest[:300]
        return json.loads(rest)

    def _more(self) -> bytes:
        part = self._socket.recv(65_536)
        assert part, "the server hung up"
        return part


@dataclass
class Case:
    """One person's requests of one case, with the times of the two completions."""

    line: Line
    home: str
    taken: list[float] = field(default_factory=list)

    def run(self, number: int) -> None:
        """Three requests."""
        begun = json.dumps({"process_id": "same_case", "title": "同一件事 / The same case",
                            "variables": {"kind": f"k{number % 5}", "amount": number % 300}}).encode()
        task = self.line.post(f"{self.home}/api/v1/matters", begun, uuid.uuid4().hex)["next_task_id"]
        for _ in range(2):
            began = time.perf_counter()
            answer = self.line.post(f"{self.home}/api/v1/tasks/{task}/complete", b'{"data":{"note":"well","ok":true}}',
                                    uuid.uuid4().hex)
            self.taken.append(time.perf_counter() - began)
            task = answer["next_task_id"]
        assert task is None


def closed(make: Callable[[], Callable[[int], None]], clients: int, seconds: float) -> float:
    """Cases a second of so many clients, each of which begins the next one when the last is over."""
    counts, stop = [0] * clients, time.perf_counter() + seconds
    faults: list[BaseException] = []

    def work(number: int, run: Callable[[int], None]) -> None:
        try:
            while time.perf_counter() < stop:
                run(counts[number])
                counts[number] += 1
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=work, args=(number, make())) for number in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return sum(counts) / (time.perf_counter() - began)


def opened(make: Callable[[], Callable[[int], None]], rate: float, seconds: float, lines: int = 16) -> None:
    """So many cases a second are begun, whether the earlier ones are over or not."""
    free, lock = [make() for _ in range(lines)], threading.Lock()
    running: list[threading.Thread] = []

    def one(number: int, run: Callable[[int], None]) -> None:
        run(number)
        with lock:
            free.append(run)

    began = time.perf_counter()
    for number in range(int(rate * seconds)):
        wait = began + number / rate - time.perf_counter()
        if wait > 0:
            time.sleep(wait)
        with lock:
            run = free.pop() if free else make()
        running.append(threading.Thread(target=one, args=(number, run)))
        running[-1].start()
    for thread in running:
        thread.join()

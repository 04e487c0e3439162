"""The product with several web and worker processes on one database, and a browser to talk to them, for benches."""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from app.cli.demo.office import PASSWORD
from tests.journeys.server import ROOT, free_port, wait_for

HOME = "/t/demo"


@dataclass
class House:
    """Processes and what the workers told. `seen`: (worker, kind, value) -> when."""

    ports: list[int]
    webs: list[subprocess.Popen[bytes]]
    workers: list[subprocess.Popen[str]]
    folder: Path
    seen: dict[tuple[int, str, str], float] = field(default_factory=dict)

    def listen(self, number: int) -> None:
        """Read what a worker tells until it ends."""
        pipe = self.workers[number].stdout
        assert pipe is not None
        for line in pipe:
            kind, value, at = line.split()
            self.seen[number, kind, value] = float(at)

    def watch(self, kind: str) -> None:
        """Let the workers look at what this kind says."""
        for worker in self.workers:
            assert worker.stdin is not None
            worker.stdin.write(f"{kind}\n")
            worker.stdin.flush()

    def workers_saw(self, kind: str, value: str, seconds: float) -> float:
        """When the last of the workers saw a value. AssertionError when one has not in time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = [self.seen.get((number, kind, value)) for number in range(len(self.workers))]
            if all(one is not None for one in found):
                return max(one for one in found if one is not None)
            time.sleep(0.005)
        raise AssertionError(f"not every worker saw {kind} {value} in {seconds} s")


@contextmanager
def running(url: str, folder: Path, webs: int, workers: int) -> Iterator[House]:
    """So many of each on the database of `url`; definition files of the workers lie in `folder`/files."""
    environment = {**os.environ, "DATABASE_URL": url, "INSTANCE_PATH": str(folder), "SECRET_KEY": "bench",
                   "TRUSTED_PROXIES": "1"}
    (folder / "files").mkdir(exist_ok=True)
    ports = [free_port() for _ in range(webs)]
    with (folder / "server.log").open("wb") as log:
        served = [subprocess.Popen([sys.executable, "-m", "app.cli.serve"], cwd=ROOT, stdout=log, stderr=log,
                                   env={**environment, "PORT": str(port)}) for port in ports]
        worked = [subprocess.Popen([sys.executable, "-m", "tests.bench.reload_worker", str(folder / "files")],
                                   cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=log, text=True) for _ in range(workers)]
        house = House(ports, served, worked, folder)
        try:
            for port in ports:
                wait_for(f"http://127.0.0.1:{port}/health", served, folder / "server.log")  # type: ignore[arg-type]
            for number in range(workers):
                threading.Thread(target=house.listen, args=(number,), daemon=True).start()
            yield house
        finally:
            for worker in worked:
                assert worker.stdin is not None
                worker.stdin.close()
            for web in served:
                web.terminate()
            for child in (*worked, *served):
                try:
                    child.wait(30)
                except subprocess.TimeoutExpired:
                    child.kill()


class Browser:
    """One person with cookies, at one web process. `address`: as a proxy in front would tell it."""

    def __init__(self, port: int, address: str = "198.51.100.1") -> None:
        self.port, self.address, self.cookies = port, address, dict[str, str]()
        self._open: http.client.HTTPConnection | None = None

    def sign_in(self, login: str) -> Browser:
        """As a member of the demo's staff."""
        page = self.get("/staff/sign-in")[1]
        status, text = self.post("/staff/sign-in", {"login": login, "password": PASSWORD}, page)
        assert status == 303, text[:500]
        return self

    def at(self, port: int) -> Browser:
        """The same person at another process."""
        other = Browser(port, self.address)
        other.cookies = dict(self.cookies)
        return other

    def close(self) -> None:
        """Give the connection up."""
        if self._open is not None:
            self._open.close()

    def get(self, path: str) -> tuple[int, str]:
        """(status, text)."""
        return self._ask("GET", path, None, {})

    def program(self, token: str, path: str, sent: dict[str, Any], key: str = "") -> tuple[int, str]:
        """A request of the API, with the session's token and a key of its own."""
        return self._ask("POST", path, json.dumps(sent).encode(), {
            "X-CSRFToken": token, "Idempotency-Key": key or uuid.uuid4().hex, "Content-Type": "application/json"})

    def post(self, path: str, data: dict[str, str], page: str, files: dict[str, tuple[str, bytes]] | None = None,
             ) -> tuple[int, str]:
        """Send a form of a page, with the page's marks."""
        marks = re.search(r'name="csrf_token" value="([^"]+)"><input type="hidden" name="_key" value="([^"]+)"', page)
        assert marks, page[:300]
        data = {"csrf_token": marks[1], "_key": marks[2], **data}
        if files is None:
            return self._ask("POST", path, urlencode(data).encode(),
                             {"Content-Type": "application/x-www-form-urlencoded"})
        edge = uuid.uuid4().hex
        parts = [f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
                 for name, value in data.items()]
        parts += [f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n\r\n'.encode()
                  + content + b"\r\n" for name, (file, content) in files.items()]
        return self._ask("POST", path, b"".join(parts) + f"--{edge}--\r\n".encode(),
                         {"Content-Type": f"multipart/form-data; boundary={edge}"})

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, str]:
        """One answer; a connection that the server has closed between two requests is opened again, as browsers do."""
        sent = {**headers, "X-Forwarded-For": self.address, "Accept-Language": "en",
                "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        for fresh in (False, True):
            if self._open is None or fresh:
                self._open = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            try:
                self._open.request(method, HOME + path, body, sent)
                answer = self._open.getresponse()
                text = answer.read().decode("utf-8", "replace")
                break
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                self._open.close()
                if fresh:
                    raise
        for value in answer.headers.get_all("Set-Cookie") or ():
            name, _, rest = value.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return answer.status, text

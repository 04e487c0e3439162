"""Machines in network namespaces: each with an address of its own and one cable to the machine of the database.

Nothing appears in the network of the machine that runs the tests but the names of the namespaces, which begin with a
random mark and go at the end. A cable that is pulled drops packets without a word, as a real one does.
"""

from __future__ import annotations

import ctypes
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.databases import ROOT

T = TypeVar("T")
CLONE_NEWNET = 0x40000000
WORKER = """
import sys
from datetime import timedelta
from app.kernel import leases
from app.workers import supervision
kept = leases.acquire
leases.acquire = lambda name, owner, seconds=30.0: kept(name, owner, seconds / {faster})
supervision.RENEW = timedelta(seconds=20 / {faster})
sys.argv = ["flask", "--app", "app", "worker"]
from flask.cli import main
main()
"""
"""`flask worker` with shorter leases: the test waits seconds where the product waits a minute."""


def require_namespaces() -> None:
    """Skip with the reason where this machine cannot give hosts; fail where CI promises it."""
    missing = ("it is not root" if os.geteuid() != 0 else
               next((f"there is no {name}" for name in ("ip", "nsenter", "setpriv") if shutil.which(name) is None), None))
    missing = missing or (None if server_programs() else "there is no PostgreSQL server to start")
    if missing is None:
        probe = subprocess.run(["nsenter", "--net=/proc/self/ns/net", "unshare", "-n", "true"], capture_output=True, check=False)
        missing = None if probe.returncode == 0 else "the system gives no network namespaces"
    if missing is not None and os.environ.get("CI") == "true" and os.geteuid() == 0:
        pytest.fail(f"CI runs this test as root, but {missing}")
    if missing is not None:
        pytest.skip(f"hosts need network namespaces: {missing}")


def server_programs() -> Path | None:
    """The folder of the newest PostgreSQL server's programs."""
    return max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: int(one.parent.name), default=None)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@dataclass
class Host:
    """One machine. `pid` of what runs on it never changes: nothing is restarted by this harness."""

    namespace: str
    address: str
    cable: tuple[str, str] | None = None
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def run(self, words: list[str], log: Path, environment: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Start a program on this machine."""
        with log.open("ab") as out:
            process = subprocess.Popen(["nsenter", f"--net=/run/netns/{self.namespace}", *words], cwd=ROOT,
                                       env={**os.environ, **(environment or {})}, stdout=out, stderr=subprocess.STDOUT)
        self.processes.append(process)
        return process

    def inside(self, work: Callable[[], T]) -> T:
        """Do something with this machine's network, in a thread of its own."""
        found: list[T] = []
        faults: list[BaseException] = []

        def enter() -> None:
            try:
                with open(f"/run/netns/{self.namespace}") as namespace:
                    if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET) != 0:
                        raise OSError(ctypes.get_errno(), "setns")
                found.append(work())
            except BaseException as error:
                faults.append(error)

        thread = threading.Thread(target=enter)
        thread.start()
        thread.join()
        if faults:
            raise faults[0]
        return found[0]

    def cut(self) -> None:
        """Pull the cable."""
        self._cable("down")

    def mend(self) -> None:
        """Put it back."""
        self._cable("up")

    def _cable(self, state: str) -> None:
        assert self.cable is not None
        _ip("-n", self.cable[0], "link", "set", self.cable[1], state)


class Site:
    """A machine with PostgreSQL, and hosts beside it."""

    def __init__(self) -> None:
        self.mark = f"yk{secrets.token_hex(2)}"
        self.folder = Path(tempfile.mkdtemp(prefix="yikou-hosts-", dir="/tmp"))
        self.hosts: list[Host] = []
        self.database = self._add("db")

    def _add(self, name: str) -> Host:
        host = Host(f"{self.mark}{name}", "127.0.0.1")
        _ip("netns", "add", host.namespace)
        self.hosts.append(host)
        _ip("-n", host.namespace, "link", "set", "lo", "up")
        return host

    def host(self, name: str) -> Host:
        """A machine with a cable to the database's."""
        host, number = self._add(name), len(self.hosts)
        plug = f"to{number}"
        _ip("link", "add", "eth0", "netns", host.namespace, "type", "veth", "peer", "name", plug, "netns", self.database.namespace)
        host.address, host.cable = f"10.77.{number}.2", (self.database.namespace, plug)
        for namespace, end, address in ((host.namespace, "eth0", f"10.77.{number}.2/24"),
                                        (self.database.namespace, plug, f"10.77.{number}.1/24")):
            _ip("-n", namespace, "addr", "add", address, "dev", end)
            _ip("-n", namespace, "link", "set", end, "up")
        return host

    def start_database(self) -> str:
        """A cluster of its own, reached by every host over its cable; the address for this process, over a socket."""
        programs = server_programs()
        assert programs is not None
        shutil.chown(self.folder, "postgres")
        self.folder.chmod(0o711)
        as_owner = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        data = self.folder / "data"
        subprocess.run([*as_owner, f"{programs}/initdb", "-D", str(data), "-A", "trust", "-N", "--locale=C.UTF-8"],
                       check=True, capture_output=True, cwd="/")
        with (data / "pg_hba.conf").open("a", encoding="ascii") as rules:
            rules.write("host all all 10.77.0.0/16 trust\n")
        self.database.run([*as_owner, f"{programs}/postgres", "-D", str(data), "-k", str(self.folder), "-c",
                           "listen_addresses=*", "-c", "fsync=off", "-c", "max_connections=60"], self.folder / "log")
        return f"postgresql://postgres@/yikou?host={self.folder}"

    def end(self) -> None:
        """Everything that was started and made here; politeness is tested elsewhere."""
        for host in reversed(self.hosts):
            for process in host.processes:
                process.send_signal(signal.SIGQUIT if host is self.database else signal.SIGKILL)
        for host in reversed(self.hosts):
            for process in host.processes:
                process.wait(20)
        for host in self.hosts:
            subprocess.run(["ip", "netns", "del", host.namespace], check=False, capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)


class Browser:
    """A browser that walks from machine to machine: the balancer in front of them has one name."""

    def __init__(self, port: int = 8000) -> None:
        self.port, self.jar = port, CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar), _NoRedirects())

    def ask(self, host: Host, path: str, data: dict[str, str] | None = None, timeout: float = 30.0) -> tuple[int, str, Any]:
        """(status, text, headers) of a page at one machine."""
        body = urllib.parse.urlencode(data).encode() if data is not None else None

        def work() -> tuple[int, str, Any]:
            try:
                with self._opener.open(f"http://127.0.0.1:{self.port}{path}", body, timeout) as answer:
                    return answer.status, answer.read().decode(), answer.headers
            except urllib.error.HTTPError as error:
                return error.code, error.read().decode(), error.headers

        return host.inside(work)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_rest: Any) -> None:
        return None


def until(what: str, wanted: Callable[[], bool], seconds: float) -> float:
    """Wait for it; how long it took. AssertionError after `seconds`."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if wanted():
            return time.monotonic() - began
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s: {what}")


def worker_words(faster: int) -> list[str]:
    """The command of a worker whose leases are that many times shorter."""
    return [sys.executable, "-c", WORKER.format(faster=faster)]

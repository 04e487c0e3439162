"""A PostgreSQL cluster of one's own that may be stopped and started: fsync on, a port and a folder of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests import databases

OWNER = "postgres"
SETTINGS = ("listen_addresses=127.0.0.1", "max_connections=200", "fsync=on", "synchronous_commit=on",
            "shared_buffers=64MB", "max_wal_size=256MB", "logging_collector=off")


def binaries() -> Path | None:
    """Where the server's programs are; None without a server to run."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return folders[-1] if folders else None


class Cluster:
    """One server. `port` stays the same over stops and starts."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder, self.programs, self.port = folder, programs, _free_port()

    @property
    def server(self) -> str:
        """The address without a database, as `tests.databases.SERVER`."""
        return f"postgresql://{OWNER}@127.0.0.1:{self.port}"

    def make(self) -> None:
        """An empty cluster, started."""
        self._run("initdb", "-D", str(self.folder / "data"), "-A", "trust", "-U", OWNER, "-E", "UTF8", "--locale=C")
        self.start()

    def start(self, patience: float = 60.0) -> None:
        """Start, recover if need be, and come back once it answers."""
        words = " ".join(f"-c {each}" for each in (*SETTINGS, f"unix_socket_directories={self.folder}"))
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-l", str(self.folder / "log"), "-w", "-t",
                  str(int(patience)), "-o", f"-p {self.port} {words}", "start")

    def stop(self, mode: str) -> None:
        """`immediate`: as if it was killed, the next start recovers; `fast`: clients are cut off, then a checkpoint."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", mode, "-w", "stop")

    def is_up(self) -> bool:
        """Whether it takes connections."""
        try:
            psycopg.connect(f"{self.server}/postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, program: str, *words: str) -> None:
        command: Sequence[str] = [str(self.programs / program), *words]
        if os.geteuid() == 0:  # the server refuses to run as root
            command = ["runuser", "-u", OWNER, "--", *command]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              cwd=self.folder, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr[-2000:]}")


@contextmanager
def own_cluster() -> Iterator[Cluster]:
    """A started cluster; gone with its files afterwards. `tests.databases` makes its copies in it meanwhile.

    RuntimeError where no server is installed.
    """
    programs = binaries()
    if programs is None:
        raise RuntimeError("a PostgreSQL server must be installed: initdb was not found")
    folder = Path(tempfile.mkdtemp(prefix="yikou-cluster-"))
    if os.geteuid() == 0:
        shutil.chown(folder, OWNER)
    cluster, before = Cluster(folder, programs), databases.SERVER
    try:
        cluster.make()
        databases.SERVER = cluster.server
        yield cluster
    finally:
        databases.SERVER = before
        if (folder / "data" / "postmaster.pid").exists():
            cluster.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)


def durable(url: str) -> None:
    """A copy for tests commits without waiting for the disk; this one shall wait."""
    server, _, name = url.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{name}" RESET synchronous_commit')  # type: ignore[call-overload]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


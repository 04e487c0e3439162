"""Workers that wait hear of a commit; a lost connection costs nothing but time."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import psycopg
import pytest

from app.kernel import database, network, wakeups
from tests.integration.play import Office


def until(good: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Whether it came true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if good():
            return True
        time.sleep(0.01)
    return False


def listeners() -> list[int]:
    """Process ids of the connections that listen."""
    with psycopg.connect(wakeups.connection_words(database.current().engine.url), autocommit=True) as connection:
        return [row[0] for row in connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'")]


def test_a_commit_rings_the_bell(office: Office) -> None:
    wakeups.bell.clear()
    office.submit()
    assert wakeups.bell.is_set()


def test_a_commit_elsewhere_rings_it_too_also_after_a_lost_connection(office: Office) -> None:
    if database.current().dialect != "postgresql":
        pytest.skip("SQLite has no notifications")
    stop = threading.Event()
    with wakeups.listening(stop), wakeups.enabled():
        try:
            assert until(lambda: bool(listeners())) and until(wakeups.bell.is_set)
            for lost in (False, True):
                if lost:
                    _end(listeners())
                    assert until(lambda: bool(listeners()))
                time.sleep(3 * wakeups.QUIET)
                wakeups.bell.clear()
                for sender in wakeups._senders:  # as another process would: its bell is not ours
                    sender.asked.set()
                assert until(wakeups.bell.is_set)
        finally:
            stop.set()


class Swallowing:
    """A proxy that lets everything pass until it is told to swallow; what connects afterwards passes again."""

    def __init__(self, port: int) -> None:
        self.server, self.to = socket.create_server(("127.0.0.1", 0)), port
        self.port, self.deaf, self.open = self.server.getsockname()[1], set[int](), list[socket.socket]()
        threading.Thread(target=self._take, daemon=True).start()

    def swallow(self) -> None:
        """Every connection of now is dead, and neither side is told."""
        self.deaf.update(map(id, self.open))

    def close(self) -> None:
        for one in (self.server, *self.open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _take(self) -> None:
        with suppress(OSError):
            while True:
                mine, theirs = self.server.accept()[0], socket.create_connection(("127.0.0.1", self.to))
                self.open += [mine, theirs]
                for pair in ((mine, theirs), (theirs, mine)):
                    threading.Thread(target=self._pass, args=pair, daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                if id(source) not in self.deaf:
                    target.sendall(data)


@pytest.fixture
def swallowing(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Swallowing]:
    url = database.current().engine.url
    if database.current().dialect != "postgresql":
        pytest.skip("SQLite has no notifications")
    for name, seconds in (("SILENCE", 0.5), ("PATIENCE", 0.5), ("AGAIN", 0.1), ("LOOK", 0.2)):
        monkeypatch.setattr(wakeups, name, seconds)
    made = Swallowing(url.port or 5432)
    yield made
    made.close()


def test_a_listener_behind_a_dead_proxy_asks_and_listens_anew(swallowing: Swallowing) -> None:
    url = database.current().engine.url.set(host="127.0.0.1", port=swallowing.port)
    stop = threading.Event()
    thread = threading.Thread(target=wakeups._listen, args=(wakeups.connection_words(url), network.arguments(url), stop))
    thread.start()
    try:
        assert until(lambda: len(swallowing.open) == 2) and until(wakeups.bell.is_set)
        swallowing.swallow()
        assert until(lambda: len(swallowing.open) == 4), "it has connected again"
        time.sleep(0.3)
        wakeups.bell.clear()
        with psycopg.connect(wakeups.connection_words(database.current().engine.url), autocommit=True) as connection:
            assert until(lambda: connection.execute(f"NOTIFY {wakeups.CHANNEL}") is not None and wakeups.bell.wait(0.2))
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()


def test_a_sender_behind_a_dead_proxy_sends_by_a_new_connection(swallowing: Swallowing) -> None:
    url = database.current().engine.url.set(host="127.0.0.1", port=swallowing.port)
    sender, heard = wakeups.Sender(url), list[str]()
    try:
        with psycopg.connect(wakeups.connection_words(database.current().engine.url), autocommit=True) as connection:
            connection.execute(f"LISTEN {wakeups.CHANNEL}")

            def sent() -> bool:
                sender.asked.set()
                heard.extend(note.channel for note in connection.notifies(timeout=0.3, stop_after=1))
                return bool(heard)

            assert until(sent)
            swallowing.swallow()
            for _note in connection.notifies(timeout=0.5):
                pass
            heard.clear()
            assert until(sent) and len(swallowing.open) >= 4
    finally:
        sender.end()


def _end(pids: list[int]) -> None:
    with psycopg.connect(wakeups.connection_words(database.current().engine.url), autocommit=True) as connection:
        for pid in pids:
            connection.execute("SELECT pg_terminate_backend(%s)", (pid,))

"""A TCP proxy before PostgreSQL that loses connections around a COMMIT: the client cannot know what came of it."""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import threading
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url

COMMIT = b"COMMIT\0"
ANSWER_LOST, COMMIT_LATE, COMMIT_LOST = "answer_lost", "commit_late", "commit_lost"
"""The COMMIT is done and its answer swallowed; it comes when the client has long given up; it never comes."""
MODES = (ANSWER_LOST, ANSWER_LOST, COMMIT_LATE, COMMIT_LOST)


@dataclass
class BlackHole:
    """`port` is taken when this is made. `share` of all COMMITs of clients are met, in one of `modes`; then the client
    waits for `hold` seconds, or the server does. `told`: a file with a line for each."""

    server_port: int
    seed: int
    share: float
    told: Path
    hold: tuple[float, float] = (0.2, 2.0)
    modes: tuple[str, ...] = MODES

    def __post_init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.socket.getsockname()[1])
        self.chance = random.Random(self.seed)

    def serve(self, stop: threading.Event) -> None:
        """Until `stop`."""
        asyncio.run(self._serve(stop))

    async def _serve(self, stop: threading.Event) -> None:
        server = await asyncio.start_server(self._client, sock=self.socket)
        async with server:
            while not stop.is_set():
                await asyncio.sleep(0.2)

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            answers, requests = await asyncio.open_connection("127.0.0.1", self.server_port)
        except OSError:
            writer.close()
            return
        back = asyncio.create_task(_pump(answers, writer))
        try:
            while data := await reader.read(65_536):
                if COMMIT in data and self.chance.random() < self.share:
                    await self._lose(data, back, writer, requests)
                    return
                requests.write(data)
                await requests.drain()
        except OSError:
            pass
        finally:
            back.cancel()
            for each in (requests, writer):
                each.close()

    async def _lose(self, data: bytes, back: asyncio.Task[None], client: asyncio.StreamWriter,
                    requests: asyncio.StreamWriter) -> None:
        mode, seconds = self.chance.choice(self.modes), self.chance.uniform(*self.hold)
        with self.told.open("a", encoding="ascii") as file:
            file.write(f"{mode}\n")
        back.cancel()  # from here on the client hears nothing
        if mode == ANSWER_LOST:
            requests.write(data)
            await requests.drain()
            await asyncio.sleep(seconds)
            _reset(client)
            return
        _reset(client)
        await asyncio.sleep(seconds)
        if mode == COMMIT_LATE:
            requests.write(data)
            await requests.drain()
            await asyncio.sleep(0.2)


def through(url: str, port: int) -> str:
    """The same database by way of the proxy."""
    return make_url(url).set(host="127.0.0.1", port=port).render_as_string(hide_password=False)


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65_536):
            target.write(data)
            await target.drain()
    except OSError:
        pass
    finally:
        target.close()


def _reset(writer: asyncio.StreamWriter) -> None:
    """End a connection as a kernel does that has given the other side up."""
    connection = writer.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()

"""Claims: which worker has which due rows, so that many workers share a queue instead of racing for its head.

A claim is a courtesy and proves nothing: the effect of a piece still locks its row, looks at its state again and is one
transaction with its acknowledgement. Claims are taken for a batch, a fair share of it for each office, and of things
that must go in order (one case) only the first. They end by themselves when the worker that took them died.
"""

from __future__ import annotations

import logging
import os
import random
import secrets
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain, zip_longest
from uuid import UUID

from app.kernel import claim_statements, clock, database, metrics
from app.kernel.claim_statements import Queue as Queue

log = logging.getLogger(__name__)
Piece = tuple[UUID, UUID]
"""(tenant, id) of a row."""
BATCH = 50
"""Pieces taken at once: enough to make a claim cheap for each, few enough that an idle worker finds some, too."""
LENGTH = timedelta(seconds=30)
"""After so long without a sign of its worker a claimed piece is free again."""
BEAT = 10.0
"""Seconds between two signs."""


@dataclass
class Taker:
    """One worker. `stop`: once it is set, the piece in hand is finished and the others are given back."""

    name: str = field(default_factory=lambda: f"{socket.gethostname()[:50]}:{os.getpid()}:{secrets.token_hex(4)}")
    stop: threading.Event = field(default_factory=threading.Event)
    moved_at: float = field(default_factory=time.monotonic)
    """When it last looked for work or began a piece, by the process's own clock."""
    _held: dict[Queue, dict[Piece, datetime]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, queue: Queue, now: datetime, limit: int = BATCH) -> list[Piece]:
        """Claim what is due at `now`, one office after the other in turn, each office's oldest first."""
        offices = due_offices(queue, now)
        if not offices:
            return []
        if len(offices) > limit:
            offices = random.sample(offices, limit)
        until = clock.now() + LENGTH
        rows = claim_statements.claim(queue, offices, -(-limit // len(offices)), now, self.name, until)
        found = [(tenant_id, row_id) for tenant_id, row_id, _at in rows]
        for _tenant_id, _row_id, at in rows:
            metrics.LATENESS.labels(queue.name).observe(max(0.0, (now - at).total_seconds()))
        with self._lock:
            self._held.setdefault(queue, {}).update(dict.fromkeys(found, until))
        return _in_turn(found)

    def holds(self, queue: Queue, piece: Piece) -> bool:
        """Whether the claim still stands, as far as this process knows."""
        with self._lock:
            until = self._held.get(queue, {}).get(piece)
        return until is not None and until > clock.now()

    def moved(self) -> None:
        """It looks for work, or begins a piece."""
        self.moved_at = time.monotonic()

    def settled(self, queue: Queue, piece: Piece) -> None:
        """Its own transaction ended the claim."""
        with self._lock:
            self._held.get(queue, {}).pop(piece, None)

    def give_back(self, queue: Queue) -> None:
        """Let others have what is left, now. What another transaction has locked is given back the next time."""
        with self._lock:
            left = list(self._held.get(queue, {}))
        if not left:
            return
        returned = claim_statements.change(queue, left, self.name, None)
        now = clock.now()
        with self._lock:
            mine = self._held[queue]
            for piece in [one for one in left if one in returned or mine.get(one, now) <= now]:
                mine.pop(piece, None)

    def beat(self) -> None:
        """A sign of life: the claims of this worker last for another while."""
        with self._lock:
            held = {queue: list(pieces) for queue, pieces in self._held.items() if pieces}
        for queue, pieces in held.items():
            until = clock.now() + LENGTH
            still = claim_statements.change(queue, pieces, self.name, until)
            with self._lock:
                self._held[queue].update({one: until for one in still if one in self._held[queue]})

    def beating(self, ended: threading.Event) -> None:
        """Give signs of life until `ended` is set; the body of a thread."""
        while not ended.wait(BEAT):
            try:
                self.beat()
            except Exception:
                log.warning("no sign of life could be given", exc_info=True)


def due_offices(queue: Queue, now: datetime) -> list[UUID]:
    """The offices that work and have something due that nobody has claimed."""
    with database.current().claim() as session:
        return list(session.scalars(claim_statements.offices(queue), {"now": now, "seen": clock.now()}))


def _in_turn(pieces: list[Piece]) -> list[Piece]:
    of: dict[UUID, list[Piece]] = {}
    for piece in pieces:
        of.setdefault(piece[0], []).append(piece)
    return [one for one in chain.from_iterable(zip_longest(*of.values())) if one is not None]


def work_off(queue: Queue, do: Callable[[UUID, UUID], bool | None], *, taker: Taker | None = None,
             now: datetime | None = None, limit: int = BATCH) -> int:
    """Claim a batch and do it piece by piece; how many were done.

    `do` answers whether it did the piece; then its transaction has cleared the claim or removed the row. None: it could
    not be done and nothing says why, so the claim stays until it runs out and nobody tries again at once. Whatever else
    was claimed is given back at the end, also when `do` raises or the worker is asked to stop.
    """
    mine, done = taker or Taker(), 0
    pieces = mine.take(queue, now or clock.now(), limit)
    try:
        for piece in pieces:
            if mine.stop.is_set():
                break
            if not mine.holds(queue, piece):  # this process stood still for so long that another may have it
                continue
            mine.moved()
            answer = do(*piece)
            done += bool(answer)
            if answer is not False:
                mine.settled(queue, piece)
    finally:
        mine.give_back(queue)
    return done

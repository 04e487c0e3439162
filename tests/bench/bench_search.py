"""Milliseconds to search 10,000 knowledge items and 10,000 cases, two-character words included, on both databases."""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from app import create_app
from app.kernel import database
from app.kernel.commands import SYSTEM
from app.kernel.ids import new_id
from app.kernel.unit_of_work import transact
from app.knowledge import queries as knowledge
from app.knowledge.finding import index
from app.knowledge.model import KnowledgeItem
from app.tenancy import search
from tests.databases import Copies, migrate, require_postgres

SIZE, ASKED = 10_000, 200
LEXICON = 4_000
"""Words of two and three characters, used as often as words are (Zipf): the commonest stands in most texts."""


def _words() -> list[str]:
    source = random.Random(2)  # noqa: S311  a bench must repeat
    return ["".join(chr(source.randrange(0x4E00, 0x5E00)) for _ in range(source.choice((2, 2, 3))))
            for _ in range(LEXICON)]


WORDS = _words()
WEIGHTS = [1 / rank for rank in range(1, LEXICON + 1)]


def _text(source: random.Random, length: int) -> str:
    return "，".join("".join(source.choices(WORDS, WEIGHTS, k=3)) for _ in range(length // 8))


def _fill(tenant_id: UUID, source: random.Random) -> None:
    for start in range(0, SIZE, 500):
        def write(uow: Any, start: int = start) -> None:
            for number in range(start, start + 500):
                item = KnowledgeItem(tenant_id=tenant_id, id=new_id(), code=f"K{number}", active=True,
                                     question_zh=_text(source, 24), answer_zh=_text(source, 160))
                uow.session.add(item)
                index(uow.session, item)
                search.put(uow.session, tenant_id, "case", str(new_id()), [f"2026-{number:06}", _text(source, 200)])
        transact(tenant_id, SYSTEM, write)


def _ask(tenant_id: UUID, source: random.Random) -> list[float]:
    taken = []
    for number in range(ASKED):
        words = "".join(source.choices(WORDS, WEIGHTS, k=4))
        words = words[:2] if number % 2 else words
        with database.current().read(tenant_id) as session:
            began = time.perf_counter()
            knowledge.search(session, words)
            search.find(session, words, ("case",), 20)
            taken.append((time.perf_counter() - began) * 1000)
    return taken


def _measure(kind: str, url: str) -> dict[str, Any]:
    migrate(url)
    create_app({"DATABASE_URL": url})
    source = random.Random(1)  # noqa: S311  a bench must repeat
    tenant_id = new_id()
    _fill(tenant_id, source)
    taken = sorted(_ask(tenant_id, source))
    return {"figure": "search_10k.ms", "database": kind, "value": round(taken[int(len(taken) * 0.95)], 1),
            "median": round(statistics.median(taken), 1), "worst": round(taken[-1], 1), "seed": 1, "raw": taken}


def figures() -> Iterator[dict[str, Any]]:
    """p95 of one search over both kinds; half of the queries are one word of two characters."""
    kinds: list[tuple[str, Callable[[], None]]] = [("sqlite", lambda: None), ("postgresql", require_postgres)]
    for kind, need in kinds:
        need()
        with tempfile.TemporaryDirectory() as name:
            copies = Copies("postgres" if kind == "postgresql" else kind, Path(name))
            yield _measure(kind, copies.empty())
            copies.drop_all()

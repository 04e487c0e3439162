"""Seconds for a backup of the demo office with part of its year, and for restoring it, on both databases."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine

from app import backups, create_app
from app.cli.demo import seed, year
from app.kernel import blobs, database
from app.kernel.database import Database
from app.tenancy.queries import tenant_by_slug
from tests.databases import Copies, migrate, require_postgres
from tests.factories import cheap_passwords

CASES, ROUNDS = 120, 3


def _fill(url: str, folder: Path) -> None:
    migrate(url)
    create_app({"DATABASE_URL": url, "INSTANCE_PATH": str(folder)})
    cheap_passwords()
    seed.seed()
    year.fill(seed.SLUG, CASES, year.SEED, lambda _told: None)


def _measured(copies: Copies, kind: str, folder: Path) -> Iterator[dict[str, Any]]:
    _fill(copies.empty(), folder / "instance")
    taken: dict[str, list[float]] = {"backup": [], "restore": []}
    for number in range(ROUNDS):
        began = time.perf_counter()
        made = backups.archives.write(folder / f"{number}.zip")
        taken["backup"].append(time.perf_counter() - began)
        before, url = database.current(), copies.empty()
        engine = create_engine(url)
        database.install(Database(engine))
        blobs.install(blobs.FolderStore(folder / f"files {number}"))
        began = time.perf_counter()
        with backups.checking.opened(made.target) as found:
            backups.restoring.restore(found)
        taken["restore"].append(time.perf_counter() - began)
        assert tenant_by_slug(seed.SLUG) is not None
        engine.dispose()
        database.install(before)
        blobs.install(blobs.FolderStore(folder / "instance" / "attachments"))
    rows = sum(one["rows"] for one in made.manifest["tables"])
    for what, seconds in taken.items():
        yield {"figure": f"{what}.s", "database": kind, "value": round(min(seconds), 2), "rows": rows, "cases": CASES,
               "files": made.manifest["files"], "bytes": made.size, "seed": year.SEED, "raw": seconds}


def figures() -> Iterator[dict[str, Any]]:
    """The fastest of three, each restore into a new database: schema, rows, chain and migrations."""
    kinds: list[tuple[str, Callable[[], None]]] = [("sqlite", lambda: None), ("postgresql", require_postgres)]
    for kind, need in kinds:
        need()
        with tempfile.TemporaryDirectory() as name:
            copies = Copies("postgres" if kind == "postgresql" else kind, Path(name))
            try:
                yield from _measured(copies, kind, Path(name))
            finally:
                database.current().engine.dispose()
                copies.drop_all()

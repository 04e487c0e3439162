"""The database of each release that was stored: upgraded by the real migrations, its open cases played to their end."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, func, select, text

from app import assemble, backups
from app.cases.model import Case, every
from app.cli.demo import office
from app.cli.migrate import upgrade
from app.engine.model import IncidentRow, OpenTaskRow, TimerRow
from app.kernel import blobs, clock, database, sequencer
from app.kernel.clock import VirtualClock
from app.kernel.database import Database
from app.kernel.events import Delivery, StoredEvent
from app.kernel.model import BASE_TENANT_ID
from app.tenancy.queries import tenant_by_slug
from tests.factories import cheap_passwords
from tests.releases import playing

FOLDER = Path(__file__).resolve().parent
STORED = sorted(FOLDER.glob("*.zip"))


def test_a_release_is_stored() -> None:
    assert STORED and all(path.with_suffix(".json").is_file() and path.stat().st_size < 1_000_000 for path in STORED)


@pytest.mark.parametrize("stored", STORED, ids=lambda path: path.stem)
def test_open_cases_of_a_stored_release_finish(stored: Path, database_kind: str, templates: Callable[..., Any],
                                               tmp_path: Path) -> None:
    assemble()
    cheap_passwords()
    told = json.loads(stored.with_suffix(".json").read_text("utf-8"))
    copies = templates(database_kind, "schema")[0]
    url = copies.empty()
    engine = create_engine(url, query_cache_size=4_000)
    database.install(Database(engine))
    blobs.install(blobs.FolderStore(tmp_path / "files"))
    backups.erasures.configure(tmp_path / "files" / "erased.jsonl")
    with clock.use(VirtualClock(datetime.fromisoformat(told["at"]))) as virtual:
        assert isinstance(virtual, VirtualClock)
        with backups.checking.opened(stored) as found:
            backups.restoring.restore(found, upgrade=False)
            migration = found.manifest["migration"]
        with engine.connect() as connection:
            assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == migration
        upgrade(engine)  # as `make run` does it, on a database that is in use
        tenant = tenant_by_slug(told["slug"])
        assert tenant is not None
        _begins_in_the_middle(tenant.tenant_id)
        office.publish_base()  # the diagrams of this release: running cases keep theirs, what they decide does not
        played = playing.finish(tenant.tenant_id, virtual, stored.with_suffix(".json"))
        _everything_ended(tenant.tenant_id, played)
    engine.dispose()
    copies.drop(url)


def _begins_in_the_middle(tenant_id: Any) -> None:
    with database.current().read(tenant_id) as session:
        elements = set(session.scalars(select(OpenTaskRow.element_id)))
        timers = session.scalar(select(func.count()).select_from(TimerRow))
        assert len(elements) >= 12 and {"task_each", "task_turn", "task_undone"} <= elements and timers
        assert session.scalars(select(IncidentRow.element_id).where(IncidentRow.resolved_at.is_(None))).all()


def _everything_ended(tenant_id: Any, played: Any) -> None:
    assert playing.open_cases(tenant_id) == [], (played.given_up, played.refused)
    with database.current().read(tenant_id) as session:
        assert not session.scalars(select(IncidentRow.element_id).where(IncidentRow.resolved_at.is_(None))).all()
        assert not session.scalars(select(OpenTaskRow.element_id)).all()
        outcomes = set(session.scalars(every(select(Case.outcome))))
        assert {"satisfied", "withdrawn", "not_accepted", "joined"} <= outcomes, outcomes
        assert not session.scalars(select(Delivery.subscriber).where(Delivery.state != "done")).all()
        assert sequencer.broken_link(session) is None
        numbered = sequencer.head(session)[0]
        assert numbered == session.scalar(select(func.count()).select_from(StoredEvent))
    with database.current().read(BASE_TENANT_ID) as session:
        assert sequencer.broken_link(session) is None

"""A database that is gone, full or read-only: 503 and when to come again, and no restart once it is back."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from sqlalchemy import event, text

from app.cases.model import Case
from app.kernel import database
from app.kernel.connections import LeanConnection
from app.tenancy.queries import tenant_by_slug
from tests.web.admin_pages import HOME, Labels
from tests.web.test_intake import TEXT, _visitor


@contextmanager
def broken(statement: str) -> Iterator[None]:
    """Each transaction begins with a statement that takes something away."""
    engine = database.current().engine

    def take(connection: Any) -> None:
        connection.exec_driver_sql(statement)

    event.listen(engine, "begin", take)
    try:
        yield
    finally:
        event.remove(engine, "begin", take)
        engine.dispose()


def cases() -> int:
    found = tenant_by_slug("demo")
    assert found is not None
    with database.current().read(found.tenant_id) as session:
        return len(session.query(Case).all())


@pytest.mark.parametrize("pragma", ["PRAGMA query_only=ON", "PRAGMA max_page_count=1"])
def test_a_read_only_or_full_disk_is_told_and_nothing_is_kept(app: Any, pragma: str,
                                                              caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    desk, before = _visitor(app), cases()
    marks = desk.marks("/submit")
    with closing(sqlite3.connect(database.current().engine.url.database)) as connection:  # type: ignore[arg-type]
        connection.execute("VACUUM")  # no page is left free
    with broken(pragma):
        answer = desk.client.post(f"{HOME}/submit", data={**marks, "c-text": TEXT * 100})
    assert answer.status_code == 503 and answer.headers["Retry-After"] == "30"
    assert "请过半分钟再试一次" in answer.text and "try again in half a minute" in answer.text
    assert not Labels(answer.text).faults() and cases() == before
    again = desk.post("/submit", {"c-text": TEXT}, page="/submit")
    assert again.status_code == 303 and cases() == before + 1


def test_a_lost_database_is_told_and_its_return_needs_no_restart(any_app: Any, caplog: pytest.LogCaptureFixture,
                                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    caplog.set_level(logging.CRITICAL)
    client, here = any_app.test_client(), database.current()
    assert client.get("/ready").status_code == 200 and client.get(f"{HOME}/").status_code == 200
    lost = {"sqlite": "unable to open", "postgresql": "connection"}[here.dialect]
    engine = here.engine

    def refuse(*_rest: Any, **_words: Any) -> None:
        raise engine.dialect.loaded_dbapi.OperationalError(f"{lost} refused")

    event.listen(engine.pool._dialect, "do_connect", refuse)
    monkeypatch.setattr(LeanConnection, "connect", refuse)
    engine.dispose()
    try:
        page = client.get(f"{HOME}/")
        assert page.status_code == 503 and page.headers["Retry-After"] == "30"
        assert client.get("/health").status_code == client.get("/ready").status_code == 503
    finally:
        event.remove(engine.pool._dialect, "do_connect", refuse)
        monkeypatch.undo()
    assert client.get(f"{HOME}/").status_code == client.get("/health").status_code == 200


def test_connections_that_were_cut_are_replaced(any_app: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    here = database.current()
    if here.dialect != "postgresql":
        pytest.skip("SQLite has no connections to cut")
    client = any_app.test_client()
    assert client.get(f"{HOME}/").status_code == 200
    import psycopg

    from app.kernel.wakeups import connection_words

    with psycopg.connect(connection_words(here.engine.url), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                      "WHERE datname = current_database() AND pid <> pg_backend_pid()")
    assert client.get(f"{HOME}/").status_code in (200, 503)
    assert client.get(f"{HOME}/").status_code == 200


def test_a_database_of_another_release_is_not_ready(app: Any) -> None:
    with database.current().engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    answer = app.test_client().get("/ready")
    assert answer.status_code == 503 and "tables of 0001" in answer.text

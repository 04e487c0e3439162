"""The connection is lost around a COMMIT: whoever asks again under the same key doubles nothing."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import OperationalError

from app.cases.commands import SubmitCase
from app.cases.model import Case
from app.kernel import database as kernel_database
from app.kernel import network
from app.kernel.bus import dispatch
from app.kernel.commands import GUEST
from app.kernel.database import Database
from tests.factories import demo_of
from tests.integration.play import playing
from tests.reliability.lives import WORDS
from tests.reliability.proxy import ANSWER_LOST, COMMIT_LATE, COMMIT_LOST, BlackHole, through


@pytest.mark.parametrize("mode", [ANSWER_LOST, COMMIT_LATE, COMMIT_LOST])
def test_an_unknown_outcome_asked_again_is_done_once(templates: Any, tmp_path: Path, mode: str) -> None:
    copies, template = templates("postgres", "demo")
    url = copies.copy(template)
    hole = BlackHole(make_url(url).port or 5432, 1, 1.0, tmp_path / "told", (0.5, 0.5), (mode,))
    stop = threading.Event()
    thread = threading.Thread(target=hole.serve, args=(stop,))
    thread.start()
    before, near = Database(create_engine(url)), create_engine(through(url, hole.port), **network.engine_options(url))
    try:
        kernel_database.install(before)
        with playing(demo_of(before)) as office:
            command = SubmitCase(tenant_id=office.tenant_id, actor=GUEST, key="once", **WORDS)
            kernel_database.install(Database(near))
            with pytest.raises(OperationalError):
                dispatch(command)
            kernel_database.install(before)
            answer = dispatch(command)  # at once: a COMMIT that comes late comes while this one waits for it
            assert dispatch(command) == answer
            (case,) = office.rows(Case)
            assert str(case.id) == answer["case_id"] and len(office.events("case.submitted", case.id)) == 1
        assert hole.told.read_text().split() == [mode]
    finally:
        stop.set()
        thread.join()
        near.dispose()
        before.engine.dispose()
        copies.drop(url)


def test_a_connection_knows_when_the_other_side_is_gone(templates: Any) -> None:
    copies, template = templates("postgres", "schema")
    options = network.engine_options(template)["connect_args"]
    assert {"connect_timeout", "keepalives_idle", "tcp_user_timeout"} <= set(options)
    engine = create_engine(template, **network.engine_options(template))
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar_one() == 1
    engine.dispose()
    kept = network.engine_options(f"{template}?connect_timeout=60")["connect_args"]
    assert "connect_timeout" not in kept and "keepalives_idle" in kept
    assert network.engine_options("sqlite:///x.db") == {}

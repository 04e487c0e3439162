"""The worker: retries, incidents, retention, leases, a graceful end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.cases.commands import FireDueTimer, RetryIncident
from app.cases.connectors import registry
from app.engine.model import BufferedMessage, IncidentRow, JobRow, TimerRow
from app.kernel import bus, database, leases
from app.kernel.commands import SYSTEM
from app.kernel.events import Delivery
from app.kernel.sequencer import EventNumber
from app.kernel.unit_of_work import transact
from app.workers import kinds, loop, retention
from tests.integration.play import Office


def test_a_failing_job_waits_longer_each_time_and_then_somebody_must_look(office: Office,
                                                                          monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_call: Any) -> dict[str, Any]:
        raise OSError("no line")

    monkeypatch.setitem(registry._connectors, "suggest", broken)
    office.submit()
    office.work()
    job = office.rows(JobRow)[0]
    assert (job.attempts, job.state) == (1, "pending") and job.run_at > office.clock.now()
    office.wait(hours=1)
    office.wait(hours=1)
    assert office.rows(JobRow)[0].state == "failed", office.state()
    incident = office.rows(IncidentRow)[0]
    assert incident.code == "job_failed" and "no line" in incident.params["error"] and office.events("incident.opened")
    monkeypatch.undo()
    assert office.send(RetryIncident, office.who("supervisor"), incident_id=incident.id)["resolved"]
    office.work()
    assert "task_intake" in office.tasks() and office.events("incident.resolved"), office.state()


def test_without_a_suggestion_the_diagram_goes_its_other_way(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_suggesters", [])
    office.submit()
    office.work()
    assert "task_intake" in office.tasks() and not office.rows(IncidentRow), office.state()


def test_expired_messages_go(office: Office) -> None:
    def add(uow: Any) -> None:
        uow.session.add(BufferedMessage(tenant_id=uow.tenant_id, name="x", key="y", variables={}, created_at=uow.now,
                                        expires_at=uow.now + timedelta(days=1)))

    transact(office.tenant_id, SYSTEM, add)
    retention._next.clear()
    office.work()
    assert office.rows(BufferedMessage)
    office.wait(days=2)
    assert not office.rows(BufferedMessage)
    retention._next.clear()


def test_events_are_numbered_by_one_worker_at_a_time(office: Office) -> None:
    assert leases.acquire(kinds.SEQUENCER, "somebody else")
    office.submit()
    before = len(office.rows(EventNumber))
    assert kinds.sequence(loop.OWNER) == 0 and len(office.rows(EventNumber)) == before
    leases.release(kinds.SEQUENCER, "somebody else")
    assert kinds.sequence(loop.OWNER) > 0


def test_a_worker_ends_when_asked(office: Office) -> None:
    thread, stop = loop.start_thread()
    office.submit()
    for _ in range(100):
        if "task_intake" in office.tasks():
            break
        threading.Event().wait(0.1)
    stop.set()
    thread.join(10)
    assert not thread.is_alive() and "task_intake" in office.tasks()


def test_a_worker_process_ends_on_sigterm(office: Office, database_kind: str, tmp_path: Any) -> None:
    from app.kernel import database

    url = database.current().engine.url.render_as_string(hide_password=False)
    environment = {**os.environ, "DATABASE_URL": url, "SECRET_KEY": "test", "INSTANCE_PATH": str(tmp_path)}
    process = subprocess.Popen([sys.executable, "-m", "flask", "--app", "app", "worker"], env=environment, stderr=subprocess.PIPE)
    office.submit()
    for _ in range(300):
        if "task_intake" in office.tasks() or process.poll() is not None:
            break
        threading.Event().wait(0.1)
    process.send_signal(signal.SIGTERM)
    _out, errors = process.communicate(timeout=20)
    assert process.returncode == 0, errors.decode()[-2000:]
    assert "task_intake" in office.tasks()


def lose_the_database(call: Any) -> dict[str, Any]:
    """PostgreSQL ends the connection; SQLite refuses to write."""
    lost = {"postgresql": ("RESET ROLE", "SELECT pg_terminate_backend(pg_backend_pid())"),
            "sqlite": ("PRAGMA query_only = ON", "DELETE FROM lease")}
    for statement in lost[call.uow.session.get_bind().dialect.name]:
        call.uow.session.execute(text(statement))
    raise AssertionError("the database was to be away")


def test_a_database_that_was_away_is_no_failure_of_a_job(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry._connectors, "suggest", lose_the_database)
    office.submit()
    for _ in range(5):
        loop.tick()
        database.current().engine.dispose()
    job = office.rows(JobRow)[0]
    assert (job.attempts, job.state, job.last_error) == (0, "pending", None) and not office.rows(IncidentRow)
    monkeypatch.undo()
    office.wait(seconds=31)  # the claims that could not be given back run out
    assert "task_intake" in office.tasks(), office.state()


def test_a_database_that_was_away_is_no_failure_of_a_timer_or_a_delivery(office: Office,
                                                                          monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.integration.test_lifecycle import to_handling

    def lost(*_args: Any, **_more: Any) -> None:
        with database.current().write(office.tenant_id) as session:
            lose_the_database(SimpleNamespace(uow=SimpleNamespace(session=session)))

    to_handling(office)
    office.clock.advance(timedelta(days=9))
    (subscriber,) = bus.subscribers_of("case.notice_wanted")
    held = bus.Subscriber(subscriber.name, subscriber.event_type, lost)
    monkeypatch.setitem(bus._subscribers, subscriber.name, held)
    monkeypatch.setitem(bus._handlers, FireDueTimer, lost)
    for _ in range(3):
        loop.tick()
        database.current().engine.dispose()
    assert not any(row.held for row in office.rows(TimerRow)) and not office.rows(IncidentRow)
    assert {(row.attempts, row.state) for row in office.rows(Delivery, Delivery.state != "done")} <= {(0, "pending")}
    monkeypatch.undo()
    office.work()
    assert office.events("deadline.breached") and not office.rows(Delivery, Delivery.state != "done")


def test_a_worker_that_lost_its_database_ends_all_the_same(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its leases end by themselves; an error at the very end would look like a crash to whoever started it."""
    def gone(_name: str, _owner: str) -> None:
        raise OperationalError("DELETE", {}, Exception("the connection was cut"))

    monkeypatch.setattr(leases, "release", gone)
    stop = threading.Event()
    stop.set()
    loop.run_forever(stop, ("upkeep",))

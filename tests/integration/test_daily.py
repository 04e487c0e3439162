"""What is done once a day of each office: when it looks, that one worker does it, and that a failure stops nobody else."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.insight.model import PassageRun
from app.tenancy import queries as tenancy
from app.workers.daily import Daily, Done
from tests.integration.play import Office


def test_it_looks_every_ten_minutes_and_one_worker_does_it(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    asked: list[UUID] = []
    answers: list[Any] = [Done(2, more=True), Done(1), ValueError("x"), Done(4)]
    here: list[tuple[Any, datetime]] = []

    def act(tenant_id: UUID) -> Done:
        asked.append(tenant_id)
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer  # type: ignore[no-any-return]

    def due(last: Any, moment: datetime) -> bool:
        here.append((last, moment))
        return moment.utcoffset() is not None

    only = [one for one in tenancy.working_tenants() if one.tenant_id == office.tenant_id]
    daily = Daily("daily", select(PassageRun.tenant_id, PassageRun.through), due, act)
    now = office.clock.now()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tenancy, "working_tenants", lambda: only)
        assert daily.tick(now, "a") == 2 and daily.tick(now, "a") == 1, "where more waits it goes on at once"
        assert daily.tick(now + timedelta(minutes=9), "a") == 0 and len(asked) == 2
        assert daily.tick(now + timedelta(minutes=9), "b") == 0 and len(here) == 2
        later = now + timedelta(minutes=11)
        office.clock.advance(timedelta(minutes=11))
        assert daily.tick(later, "a") == 0 and len(asked) == 3 and "daily of an office failed" in caplog.text
        other = Daily("daily", daily.last, due, act)
        assert other.tick(later, "b") == 0 and len(asked) == 3, "another worker holds the lease"
        assert daily.tick(later - timedelta(days=1), "a") == 4, "a clock that was set back"
    assert set(asked) == {office.tenant_id}
    assert here[0][0] is None and str(here[0][1].tzinfo) == only[0].time_zone


def test_a_failing_office_keeps_no_other_waiting(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    (one,) = [each for each in tenancy.working_tenants() if each.tenant_id == office.tenant_id]
    monkeypatch.setattr(tenancy, "working_tenants", lambda: [one, one, one])
    turns = iter((Done(1), None, Done(1)))

    def act(_tenant_id: UUID) -> Done:
        found = next(turns)
        if found is None:
            raise RuntimeError("this one")
        return found

    daily = Daily("daily", select(PassageRun.tenant_id, PassageRun.through), lambda *_: True, act)
    assert daily.tick(office.clock.now(), "a") == 2

"""The supervisor's page: what calls for a look, within which filters, seen by whom; and instructions from above."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from app.auth.actors import actor_of
from app.cases.commands import ClaimTask, InstructCase
from app.cases.model import Case
from app.deadlines.model import Deadline
from app.kernel import database
from app.kernel.commands import SYSTEM, Actor
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from app.kernel.unit_of_work import transact
from app.notifications.model import Notification
from app.supervision import queries
from app.supervision.queries import OversightFilter, OversightPage
from app.tenancy.model import Place
from tests.integration.play import Office
from tests.integration.test_lifecycle import INTAKE


def seen(office: Office, actor: Actor | None = None, page: int = 1, size: int = 50, **wanted: str) -> OversightPage:
    """The page as the actor, a supervisor, sees it now."""
    who = actor or office.who("supervisor")
    with database.current().read(office.tenant_id) as session:
        as_of_now = actor_of(session, who.user_id)  # type: ignore[arg-type]
        return queries.oversight_page(session, as_of_now, OversightFilter.parse(wanted), page, size)


def numbers(page: OversightPage) -> list[str]:
    return [row.number for row in page.rows]


def accepting(office: Office, **more: Any) -> str:
    """A case whose unit LRS has a task."""
    office.submit(**more)
    office.work()
    office.do("task_intake", **INTAKE)
    return office.number


def test_overdue_cases_stand_in_the_order_of_working_time(office: Office) -> None:
    first = accepting(office)
    office.clock.advance(timedelta(hours=1))
    office.submit()
    office.work()
    second = office.number
    assert not seen(office).rows and seen(office).counts["late"] == 0
    office.clock.advance(timedelta(days=30))
    page = seen(office)
    rows = {row.number: row for row in page.rows}
    assert set(rows) == {first, second} and page.total == page.counts["late"] == 2
    worst = [min(one.due_at for one in row.clocks if one.state == "late") for row in page.rows]
    assert worst == sorted(worst)
    clock = rows[second].clocks[0]
    assert (clock.name, clock.state, clock.remaining.late) == ("accept", "late", True) and clock.remaining.amount > 15
    late = {one.name for one in rows[first].clocks if one.state == "late"}
    assert "reply" in late and "accept" not in late
    assert numbers(seen(office, clock="accept")) == [second] and numbers(seen(office, clock="reply")) == [first]
    assert page.clocks["accept"] == 1 and page.clocks["reply"] == 1
    assert rows[first].unit == "LRS" and [task.task_name_en for task in rows[first].tasks]
    assert numbers(seen(office, size=1)) + numbers(seen(office, size=1, page=2)) == numbers(page)
    assert seen(office, size=1, page=9).page == 2


def test_soon_is_what_the_limit_warns_of(office: Office) -> None:
    number = accepting(office)
    with database.current().read(office.tenant_id) as session:
        clock = min(session.query(Deadline).filter_by(state="running", case_id=office.case_id), key=lambda one: one.due_at)
    assert clock.warn_at is not None
    office.clock.move_to(clock.warn_at + timedelta(minutes=1))
    assert numbers(seen(office, reason="soon")) == [number] and not seen(office).rows
    office.clock.move_to(clock.due_at + timedelta(minutes=1))
    assert not seen(office, reason="soon").rows and numbers(seen(office)) == [number]


def test_returned_and_ruling(office: Office) -> None:
    accepting(office)
    office.do("task_accept_work", accept_decision="return", return_reason="不属于本单位职责 not our duty")
    row, = seen(office, reason="returned").rows
    assert (row.number, row.returned, row.reopened) == (office.number, 1, 0)
    for _ in range(4):
        if "task_rule_on_unit" in office.tasks():
            break
        office.do("task_dispatch", unit="LRS", urgency="normal", instruction="再看一次 look again")
        office.do("task_accept_work", accept_decision="return", return_reason="仍不属于 still not ours")
    assert "task_rule_on_unit" in office.tasks(), office.state()
    page = seen(office, reason="ruling")
    assert numbers(page) == [office.number] and page.counts["ruling"] == 1 and page.rows[0].returned >= 2


def test_filters_and_scope_count_what_python_counts(office: Office) -> None:
    """Made rows of every kind: the counts in SQL are those of a plain loop."""
    place, inner = _place(office, "C1"), _place(office, "C1-1", "C1")
    for at in range(24):
        office.submit(place_text=f"{at}号楼")
        _set(office, unit=("LRS", "FWB", "WBS", None)[at % 4], service=("CS01", "LS03")[at % 2], rounds=1 + at % 3 // 2,
             rating=(None, 1, 2, 5)[at % 4], solved=("yes", "no")[at % 2], place_id=(place, inner, None)[at % 3],
             status="closed" if at % 6 == 5 else "open", closed_at=office.clock.now() if at % 6 == 5 else None)
    office.clock.advance(timedelta(days=20))
    cases = office.rows(Case)
    for wanted in ({}, {"unit": "LRS"}, {"service": "LS03"}, {"service": "LS"}, {"place": "C1"}, {"place": "C1-1"},
                   {"period": "7"}, {"period": "30", "unit": "WBS"}, {"phase": "submit"}, {"unit": "none"}):
        inside = [one for one in cases if _fits(one, wanted, place, inner, office)]
        page = seen(office, **wanted)
        assert page.counts["reopened"] == sum(one.status == "open" and one.rounds > 1 for one in inside), wanted
        assert page.counts["unhappy"] == sum((one.rating or 9) <= 2 or one.solved == "no" for one in inside), wanted
    head = seen(office, office.who("head@LRS"), reason="reopened")
    assert {row.unit for row in head.rows} == {"LRS"} and head.total < seen(office, reason="reopened").total
    assert not seen(office, office.who("head@LRS"), reason="reopened", unit="FWB").rows


def _fits(one: Case, wanted: dict[str, str], place: Any, inner: Any, office: Office) -> bool:
    inside = {"C1": {place, inner}, "C1-1": {inner}}.get(wanted.get("place", ""))
    return ((not wanted.get("unit") or one.unit == wanted["unit"])
            and (not wanted.get("service") or wanted["service"] in (one.service, one.module))
            and (not wanted.get("phase") or one.phase == wanted["phase"])
            and (inside is None or one.place_id in inside)
            and (not wanted.get("period")
                 or one.submitted_at >= office.clock.now() - timedelta(days=int(wanted["period"]))))


def _place(office: Office, code: str, parent: str | None = None) -> Any:
    def write(uow: Any) -> Any:
        row = Place(tenant_id=uow.tenant_id, kind="compound" if parent else "committee", code=code, name=code,
                    parent_code=parent)
        uow.session.add(row)
        uow.session.flush()
        return row.id
    return transact(office.tenant_id, SYSTEM, write)


def _set(office: Office, **values: Any) -> None:
    transact(office.tenant_id, SYSTEM, lambda uow: uow.session.execute(
        update(Case).where(Case.tenant_id == office.tenant_id, Case.id == office.case_id).values(**values)))


def test_security_23_who_does_not_supervise_sees_nothing(office: Office) -> None:
    accepting(office)
    for group in ("handler@LRS", "leader", "provider@WBS", "intake_clerk", "administrator", "analyst"):
        with pytest.raises(Forbidden):
            seen(office, office.who(group))
        with pytest.raises(Forbidden):
            office.send(InstructCase, office.who(group), case_id=office.case_id, text="请尽快")
    with database.current().read(office.tenant_id) as session, pytest.raises(NotFound):
        queries.oversight_case(session, actor_of(session, office.who("head@FWB").user_id), office.case_id)  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        office.send(InstructCase, office.who("head@FWB"), case_id=office.case_id, text="请尽快")


def test_a_confidential_name_in_the_place_stays_hidden(office: Office) -> None:
    """The page shows no words of a resident, and covers a name that stands in the place."""
    office.submit(text="楼上王女士家漏水", place_text="王女士家门口", confidential=True)
    office.work()
    office.do("task_intake", **INTAKE)
    office.clock.advance(timedelta(days=30))
    row = next(one for one in seen(office, office.who("head@LRS")).rows)
    shown = seen(office).rows[0]
    for one in (row, shown):
        assert "漏水" not in repr(one) and "13900000001" not in repr(one)
    with database.current().read(office.tenant_id) as session:
        from app.cases.queries import Veils

        for actor, found in ((office.who("head@LRS"), row), (office.who("supervisor"), shown)):
            case = session.get_one(Case, (office.tenant_id, office.case_id))
            hides = "name" in Veils(session, actor_of(session, actor.user_id)).of(case).hidden  # type: ignore[arg-type]
            assert ("王女士" in found.place) is not hides


def test_an_instruction_reaches_who_handles_the_case(office: Office) -> None:
    accepting(office)
    chief, handler = office.who("supervisor"), office.who("handler@LRS")
    with pytest.raises(Invalid):
        office.send(InstructCase, chief, case_id=office.case_id, text="  ")
    with pytest.raises(Invalid):
        office.send(InstructCase, chief, case_id=office.case_id, text="长" * 2001)
    everybody = office.send(InstructCase, chief, case_id=office.case_id, text="请今天内上门 Please go there today.")["told"]
    assert handler.name in everybody and chief.name not in everybody and len(everybody) > 1
    task = next(iter(office.tasks().values()))
    office.send(ClaimTask, handler, task_id=task.id)
    assert office.send(InstructCase, office.who("head@LRS"), case_id=office.case_id, text="再催一次")["told"] == [handler.name]
    office.work()
    entries = [one for one in office.entries() if one.kind == "instruction"]
    assert [one.visibility for one in entries] == ["staff", "staff"] and "今天内上门" in entries[0].body
    told = [row for row in office.rows(Notification) if row.template == "case_instructed"]
    assert len(told) == len(everybody) + 1 and handler.user_id in {row.to_user_id for row in told}
    assert office.number in told[0].body and "今天内上门" not in told[0].body
    kept = [event.current() for event in office.events("case.instructed")]
    assert [one["told"] for one in kept] == [len(everybody), 1] and "text" not in kept[0]
    _set(office, status="closed")
    with pytest.raises(Conflict):
        office.send(InstructCase, chief, case_id=office.case_id, text="请尽快")

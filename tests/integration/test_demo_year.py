"""The demo's year: seasons, units that differ, every end and state, moved whole or not at all, and lived in afterwards."""

from __future__ import annotations

import statistics
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import create_engine, func, select

from app import notifications
from app.cases.commands import CompleteTask
from app.cases.model import Case, CaseStep
from app.cli.demo import year
from app.cli.demo.replay.report import OUTCOMES
from app.cli.demo.year import acting, arrivals, filling, moving, parts, scripts, texts
from app.cli.demo.year.player import Stopped
from app.deadlines import Shifts, WorkCalendar
from app.deadlines.model import Deadline
from app.engine.model import IncidentRow, OpenTaskRow, TimerRow
from app.kernel import blobs, clock, sequencer
from app.kernel import database as kernel_database
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.kernel.database import Database
from app.kernel.errors import Conflict
from app.kernel.events import StoredEvent
from app.kernel.ids import new_id
from app.notifications.model import Notification
from app.tenancy import search, show
from app.tenancy.attachments import Attachment
from app.tenancy.commands import CreateTenant
from app.workers import loop
from tests.factories import Demo, demo_of

LAST = date(2026, 11, 24)
CALENDAR = WorkCalendar.of("Asia/Shanghai", Shifts(), [])
SIZES = year.Sizes(first=28, following=20)
OPEN = {"task_approve_extension", "task_call_resident", "task_classify", "task_co_handle", "task_decide_application",
        "task_dispatch", "task_handle", "task_inspect_site", "task_intake", "task_review", "task_rule_on_case"}


def made(cases: int = 2000, seed: int = 1) -> list[arrivals.Arrival]:
    return arrivals.year(arrivals.Wanted(cases, seed, LAST, ZoneInfo("Asia/Shanghai")), CALENDAR)


def test_seasons_show() -> None:
    found = made()
    months = Counter(one.at.month for one in found)
    assert min(months[month] for month in (6, 7, 8)) > max(months[month] for month in (2, 3, 10))
    by_word = {word: {one.at.month for one in found if word in one.text} for word in ("暖气", "高考", "鞭炮", "积水", "落叶")}
    assert by_word["暖气"] <= {11, 12, 1, 2, 3} and by_word["高考"] <= {5, 6} and by_word["鞭炮"] <= {1, 2}
    assert by_word["积水"] <= {5, 6, 7, 8, 9} and by_word["落叶"] <= {9, 10, 11, 12} and all(by_word.values())


def test_a_year_is_the_same_for_the_same_seed_and_lasts_twelve_months() -> None:
    found = made(500)
    assert found == made(500) and found != made(500, seed=2) and len(found) == 500
    first, last = found[0].at, found[-1].at
    assert last.date() <= LAST < last.date() + timedelta(days=3) and timedelta(days=340) < last - first
    assert len({one.row_id for one in found}) == 500 and len(texts.all_texts()) >= 145
    assert {one.locale for one in found} == {"zh", "en"}


def test_parts_hold_each_request_once_and_the_newest_first() -> None:
    found = made(300)
    cut = parts.parts(found, first=60, following=100)
    assert [len(one) for one in cut] == [60, 100, 100, 40]
    assert sorted(one.line for part in cut for one in part) == list(range(300))
    assert [one.script for one in cut[0] if one.script] == list(scripts.all_scripts())
    sizes = [(0, 60, 100), (3, 60, 100), (24, 5, 9), (160, 60, 100), (161, 60, 100), (300, 30, 20)]
    assert all(parts.count(*one) == len(parts.parts(made(one[0]), *one[1:])) for one in sizes)
    oldest = [min(one.at for one in part if one.script is None) for part in cut]
    assert oldest == sorted(oldest, reverse=True)


def test_who_joins_where_nothing_is_open_takes_what_is_left() -> None:
    how = acting.YearBehaviour(1, WorkCalendar(ZoneInfo("Asia/Shanghai"), Shifts()))
    assert how.option(new_id(), "intake", "earlier_number", {"20000101-0001": 0}) == "20000101-0001"
    assert how.option(new_id(), "intake", "earlier_number", {"20261126-0001": 1, "20000101-0001": 0}) == "20261126-0001"


def test_units_are_rated_differently() -> None:
    how = acting.YearBehaviour(1, CALENDAR)
    marks = {unit: statistics.mean(how.verdict(unit)[1] for _ in range(400)) for unit in ("ZHWL", "LRS", "FGS")}
    assert marks["ZHWL"] > marks["LRS"] + 0.2 and marks["LRS"] > marks["FGS"] + 0.5


@pytest.fixture(scope="module", autouse=True)
def files(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Pictures of requests need a place."""
    blobs.install(blobs.FolderStore(tmp_path_factory.mktemp("files")))


@dataclass
class Filled:
    database: Database
    demo: Demo
    told: list[show.Progress]


@pytest.fixture(scope="module", params=[("sqlite", 40), ("postgres", 12)], ids=["sqlite", "postgres"])
def filled(request: pytest.FixtureRequest, templates: Callable[..., Any], files: None) -> Iterator[Filled]:
    """A demo office with a short year, played once for all tests of it: the whole cast on SQLite, a few on the other."""
    kind, cases = request.param
    copies, template = templates(kind, "demo")
    url = copies.copy(template)
    engine = create_engine(url)
    own = Database(engine)
    kernel_database.install(own)
    demo, told = demo_of(own), []
    assert year.start(demo.tenant_id, cases, sizes=SIZES) and year.go_on(demo.tenant_id, told.append, SIZES)
    yield Filled(own, demo, told)
    engine.dispose()
    copies.drop(url)


def rows(filled: Filled, model: Any, *conditions: Any) -> list[Any]:
    kernel_database.install(filled.database)
    with filled.database.read(filled.demo.tenant_id) as session:
        return list(session.scalars(select(model).where(*conditions).order_by(model.id)))


def whole(filled: Filled) -> bool:
    """Whether the whole cast was played here."""
    return len(rows(filled, Case)) >= len(scripts.all_scripts())


def test_it_says_how_far_it_is_and_ends(filled: Filled) -> None:
    cases = rows(filled, Case)
    assert [one.cases for one in filled.told] == sorted(one.cases for one in filled.told)
    assert filled.told[-1].done and filled.told[-1].cases == len(cases) == filled.told[-1].wanted
    assert len({case.number for case in cases}) == len(cases)
    assert not year.start(filled.demo.tenant_id, 99) and not year.go_on(filled.demo.tenant_id, sizes=SIZES)
    assert len(rows(filled, Case)) == len(cases)


def test_every_end_and_every_state_is_there(filled: Filled) -> None:
    if not whole(filled):
        pytest.skip("the whole cast plays on SQLite only")
    cases = rows(filled, Case)
    assert {case.outcome for case in cases if case.outcome} == set(OUTCOMES)
    assert {case.phase for case in cases if case.status == "open"} >= {"intake", "classify", "dispatch", "reply", "feedback"}
    assert {task.element_id for task in rows(filled, OpenTaskRow)} >= OPEN
    open_ids = {case.id for case in cases if case.status == "open"}
    clocks = [one for one in rows(filled, Deadline) if one.case_id in open_ids]
    assert any(one.state == "paused" for one in clocks) and any(one.extensions for one in clocks)
    assert any(one.breached_at and one.state == "running" for one in clocks)
    assert any(case.rounds > 1 for case in cases if case.status == "open") and any(case.parent_id for case in cases)
    types = {event.type for event in rows(filled, StoredEvent)}
    assert types >= {"case.question_asked", "case.extension_noted", "case.returned", "case.reopened", "case.withdrawn"}
    assert rows(filled, Attachment, Attachment.case_id.is_not(None)) and {case.channel for case in cases} > {"web"}


def test_nothing_is_stuck_sent_or_due_in_the_past(filled: Filled) -> None:
    assert rows(filled, IncidentRow) == [] and rows(filled, CaseStep)
    told = rows(filled, Notification, Notification.case_id.is_not(None))
    assert {one.state for one in told} == {"sent"} and any(one.read_at for one in told)
    now = clock.now()
    assert all(timer.due_at is None or timer.due_at > now - timedelta(minutes=10) for timer in rows(filled, TimerRow))
    assert notifications.tick() == 0


def test_the_chain_of_events_is_whole(filled: Filled) -> None:
    kernel_database.install(filled.database)
    tenant_id = filled.demo.tenant_id
    while sequencer.number(tenant_id):
        pass
    with filled.database.read(tenant_id) as session:
        assert sequencer.broken_link(session) is None
        assert session.scalar(select(func.count()).select_from(sequencer.EventNumber)) == session.scalar(
            select(func.count()).select_from(StoredEvent))


def test_people_go_on_with_what_was_moved(filled: Filled) -> None:
    kernel_database.install(filled.database)
    tenant_id, people = filled.demo.tenant_id, filled.demo.actors
    task = next(one for one in rows(filled, OpenTaskRow) if one.form_id in ("rule_on_case", "classify", "dispatch"))
    actor = next(one for one in people.values() if not one.groups.isdisjoint(task.groups))
    case = rows(filled, Case, Case.id == UUID(task.business_key))[0]
    given = {"rule_on_case": {"case_ruling": "handle_again", "case_ruling_text": "请再办理一次"},
             "classify": {"service": case.service or "CS05", "kind": "complaint"},
             "dispatch": {"unit": case.unit or "FGS", "urgency": "normal"}}[task.form_id]
    answer = dispatch(CompleteTask(tenant_id=tenant_id, actor=actor, task_id=task.id, data=given,
                                   form_hash=task.form_hash))
    loop.until_idle()
    assert not answer["stopped"] and rows(filled, IncidentRow) == []
    assert task.id not in {one.id for one in rows(filled, OpenTaskRow)}
    with filled.database.read(tenant_id) as session:
        assert str(case.id) in {one.ref for one in search.find(session, case.text[:12], ["case"], limit=50)}
        assert sequencer.broken_link(session) is None


def test_a_part_moves_whole_or_not_at_all_and_never_twice(
        demo_database: Database, tenant: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scripts, "all_scripts", tuple)
    put, moved, count = moving.put, moving.move, Counter[str]()

    def broken(session: Any, table: Any, found: Any) -> None:
        put(session, table, found)
        if table.name == "timer":
            raise RuntimeError("the power is gone")

    def twice(*given: Any) -> int:
        count["cases"] += moved(*given)
        with pytest.raises(Conflict):
            moved(*given)
        return 0

    year.start(tenant.tenant_id, 2, sizes=SIZES)
    monkeypatch.setattr(moving, "put", broken)
    with pytest.raises(RuntimeError, match="power"):
        year.go_on(tenant.tenant_id, sizes=SIZES)
    assert kernel_database.current() is demo_database
    with demo_database.read(tenant.tenant_id) as session:
        assert session.scalars(select(Case)).all() == [] and show.progress(session).parts_done == 0  # type: ignore[union-attr]
    monkeypatch.setattr(moving, "put", put)
    monkeypatch.setattr(moving, "move", twice)
    assert year.go_on(tenant.tenant_id, sizes=SIZES)
    with demo_database.read(tenant.tenant_id) as session:
        assert len(session.scalars(select(Case)).all()) == count["cases"] == 2


def test_only_a_demo_office_is_filled(database: Database) -> None:
    tenant_id = new_id()
    dispatch(CreateTenant(tenant_id=tenant_id, actor=SYSTEM, slug="west", name_zh="西街", name_en="West Street"))
    with pytest.raises(Conflict, match="demo office"):
        filling.start(tenant_id, 5)
    with database.read(tenant_id) as session:
        assert show.progress(session) is None


def test_the_command_fills_the_demo_office(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scripts, "all_scripts", tuple)
    monkeypatch.setenv("DEMO_CASES", "1")
    first = app.test_cli_runner().invoke(args=["demo", "year"])
    assert first.exit_code == 0 and "1 of 1 requests" in first.output, first.output
    again = app.test_cli_runner().invoke(args=["demo", "year", "--cases", "7"])
    assert again.exit_code == 0 and "there already" in again.output


def test_a_stop_in_the_middle_leaves_nothing_of_the_part(
        demo_database: Database, tenant: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scripts, "all_scripts", tuple)
    stop = threading.Event()
    stop.set()
    year.start(tenant.tenant_id, 1, sizes=SIZES)
    with pytest.raises(Stopped):
        year.go_on(tenant.tenant_id, sizes=SIZES, stop=stop)
    assert kernel_database.current() is demo_database
    with demo_database.read(tenant.tenant_id) as session:
        found = show.progress(session)
        assert found is not None and found.parts_done == 0 and session.scalars(select(Case)).all() == []

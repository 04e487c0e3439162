"""Pages of the inbox against a plain computation over all rows, and that no statement of a page reads all of them."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, text

from app.auth import policy
from app.auth.model import Absence
from app.cases import placing, queries
from app.cases.inbox_filter import SORTS, InboxFilter
from app.cases.inbox_views import InboxPage
from app.cases.model import Case
from app.cases.queries import inbox, inbox_order
from app.cases.queries.inbox_scope import Reader
from app.deadlines.model import Deadline
from app.engine.model import OpenTaskGroup, OpenTaskRow, ProcessInstance
from app.kernel import clock
from app.kernel.commands import SYSTEM, Actor
from app.kernel.database import Database
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork, transact

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
NEVER, NEW = datetime(9999, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)
FEW, SIZE = 23, 11
"""So many are counted in these tests, and stand on a page."""
GROUPS = ("handler@A", "head@A", "handler@B", "provider@B", "handler", "前台", "dispatcher")
LONG = tuple(f"handler@{number:04}-of-a-very-long-name" for number in range(9))
"""Groups whose names are too long for the name of a queue."""
ME, COLLEAGUE, ABSENT = (UUID(int=number) for number in (1, 2, 3))


@dataclass(frozen=True)
class Task:
    """One open task as it was made up. `clock`: date and reminder of its case's clock; `placed`: or left as it was made."""

    id: UUID
    groups: tuple[str, ...]
    barred: str | None
    priority: int
    opened: datetime
    due: datetime | None
    clock: tuple[datetime, datetime | None] | None
    held: UUID | None
    given: bool
    follow_up: date | None
    number: str
    service: str | None
    module: str | None
    urgency: str | None
    unit: str | None
    placed: bool

    @property
    def dates(self) -> tuple[datetime, datetime | None, datetime | None]:
        """What counts as its date, when it is late, and when that is near."""
        if not self.placed:
            return NEW, None, None
        due, warn = self.clock or (None, None)
        return self.due or due or NEVER, min([one for one in (self.due, due) if one], default=None), warn

    def of(self, name: str) -> str | None:
        """A column of its case, as the task knows it."""
        found: str | None = getattr(self, name)
        return found if self.placed else None


def made_up(draw: random.Random, number: int) -> Task:
    """A task; many of them agree in much, so that each part of an order counts."""
    around: Callable[[], datetime] = lambda: NOW + timedelta(hours=draw.randrange(-6, 7))  # noqa: E731
    groups = draw.choice([(), LONG, *((one,) for one in GROUPS), *(tuple(draw.sample(GROUPS, 2)) for _ in range(6))])
    held = draw.choice([None, None, ME, COLLEAGUE, ABSENT])
    return Task(
        new_id(), groups, draw.choice([None] * 5 + [f" by:{ME} ", " @B ", f" @Z by:{COLLEAGUE} "]),
        draw.choice((50, 50, 70, 90)), around(), draw.choice([None, None, around()]),
        draw.choice([None, (around(), None), (around(), around()), (around(), around())]), held,
        held is not None and draw.random() < 0.3,
        None if held is None else draw.choice([None, TODAY - timedelta(days=1), TODAY + timedelta(days=draw.randrange(4))]),
        f"2026-{number:03}", draw.choice([None, "CS01", "CS02", "LS01"]), draw.choice([None, "CS", "LS"]),
        draw.choice([None, "normal", "urgent"]), draw.choice([None, "A", "B"]), draw.random() > 0.05)


def write(uow: UnitOfWork, one: Task) -> None:
    case_id, instance = new_id(), new_id()
    uow.session.add(ProcessInstance(tenant_id=uow.tenant_id, id=instance, process_id="p", definition_hash="0" * 64,
                                    state=b"", started_at=NOW))
    uow.session.add(Case(
        tenant_id=uow.tenant_id, id=case_id, number=one.number, channel="web", text="x", instance_id=instance,
        unit=one.unit, module=one.module, service=one.service, urgency=one.urgency, token_hash=case_id.hex,
        submitted_at=NOW, phase_at=NOW))
    due, warn = one.clock or (None, None)
    if due is not None:
        for name, state, late in (("reply", "running", 0), ("second", "running", 900), ("old", "stopped", -900)):
            uow.session.add(Deadline(
                tenant_id=uow.tenant_id, case_id=case_id, name=name, state=state, budget={"amount": 1, "unit": "wd"},
                started_at=NOW, due_at=due + timedelta(hours=late), warn_at=warn and warn + timedelta(hours=late),
                first_due_at=due))
    bears = {"queue": placing.queue_of(one.groups, one.barred), **placing.dates(one.due, due, warn),
             **{name: getattr(one, name) for name in placing.OF_CASE}} if one.placed else {}
    uow.session.add(OpenTaskRow(
        tenant_id=uow.tenant_id, id=one.id, instance_id=instance, business_key=str(case_id), process_id="p",
        element_id="e", name="办理", name_en="Handle", groups=list(one.groups), properties={}, variables={},
        priority=one.priority, opened_at=one.opened, due_at=one.due, claimed_by=one.held, barred=one.barred,
        assigned_by=COLLEAGUE if one.given else None, follow_up_on=one.follow_up, **bears))
    for name in one.groups:
        uow.session.put(OpenTaskGroup, task_id=one.id, group_name=name)


def fill(tenant_id: UUID, tasks: list[Task], *more: Absence) -> None:
    """Store them in an office."""
    def put(uow: UnitOfWork) -> None:
        uow.session.add_all(more)
        for one in tasks:
            write(uow, one)

    transact(tenant_id, SYSTEM, put)


READERS = {
    "handler": Actor(user_id=ME, roles=frozenset({"handler"}), groups=frozenset({"handler", "handler@A", LONG[4]})),
    "head": Actor(user_id=ME, roles=frozenset({"head"}), groups=frozenset({"head", "head@A", "前台"})),
    "supervisor": Actor(user_id=ME, roles=frozenset({"supervisor"}), groups=frozenset({"supervisor", "handler@B"}))}


def seen(actor: Actor, scope: str, one: Task) -> bool:
    """Whether a tab of the reader holds a task, by policy, task by task."""
    free = not policy.barred(actor, one)
    own = free and not actor.groups.isdisjoint(one.groups)
    return {"group": own, "mine": one.held == ME and (own or (free and one.given)),
            "standin": one.held == ABSENT and own, "all": True,
            "unit": any(group.endswith("@A") for group in one.groups)}[scope]


def fits(wanted: InboxFilter, one: Task) -> bool:
    next_at, late_at, warn_at = one.dates
    late = late_at is not None and late_at < NOW
    due = {"": True, "late": late, "soon": warn_at is not None and warn_at < NOW and not late, "none": next_at == NEVER}
    follow = {"": True, "now": one.follow_up is not None and one.follow_up <= TODAY,
              "later": one.follow_up is not None and one.follow_up > TODAY}
    return (due[wanted.due] and follow[wanted.follow_up]
            and {"": True, "yes": one.held is not None, "no": one.held is None}[wanted.taken]
            and wanted.group in ("", *one.groups) and wanted.unit in ("", one.of("unit"))
            and wanted.urgency in ("", one.of("urgency"))
            and wanted.service in ("", one.of("service"), one.of("module"))
            and (not wanted.q or wanted.q in (one.of("number") or "")))


def order(sort: str, one: Task) -> tuple[Any, ...]:
    next_at, late_at, _warn = one.dates
    late = late_at is not None and late_at < NOW
    parked = one.follow_up is not None and one.follow_up > TODAY and not late
    age, service = (one.opened, one.id), one.of("service")
    pressing = (parked, -one.priority, next_at, *age)
    return {"pressing": pressing, "due": (next_at, *age), "age": age, "number": (one.of("number") or "", *age),
            "service": (service is None, service or "", *pressing),
            "follow_up": (one.follow_up is None, one.follow_up or TODAY, *pressing)}[sort]


@pytest.fixture
def still() -> Iterator[None]:
    with clock.use(clock.VirtualClock(NOW)):
        yield


def asked(draw: random.Random) -> InboxFilter:
    more = {"due": ("late", "soon", "none"), "taken": ("no", "yes"), "follow_up": ("now", "later"),
            "group": (*GROUPS, LONG[4]), "unit": ("A", "B"), "service": ("CS01", "CS"), "urgency": ("urgent",),
            "q": ("2026-01", "7")}
    chosen = draw.sample(sorted(more), draw.choice((0, 0, 0, 1, 1, 2)))
    return InboxFilter(**{name: draw.choice(more[name]) for name in chosen}, sort=draw.choice(SORTS))


@pytest.mark.parametrize(("seed", "arms"), [(1, 80), (2, 0)], ids=["queue by queue", "through all rows"])
def test_pages_are_those_of_a_plain_computation(database: Database, still: None, monkeypatch: pytest.MonkeyPatch,
                                                seed: int, arms: int) -> None:
    for module in (inbox, inbox_order):
        monkeypatch.setattr(module, "MOST_COUNTED", FEW)
    monkeypatch.setattr(inbox_order, "MOST_ARMS", arms)
    draw, tenant_id = random.Random(seed), new_id()  # noqa: S311
    tasks = [made_up(draw, number) for number in range(110)]
    away = Absence(tenant_id=tenant_id, user_id=ABSENT, substitute_id=ME, starts_at=NOW - timedelta(days=1),
                   ends_at=NOW + timedelta(days=1), entered_at=NOW)
    fill(tenant_id, tasks, away)
    fill(new_id(), [made_up(draw, number) for number in range(20)])
    tried: dict[str, int] = {}
    for actor in READERS.values():
        with database.read(tenant_id) as session:
            counts = queries.inbox_page(session, actor).counts
        assert counts == {scope: min(FEW + 1, sum(seen(actor, scope, one) for one in tasks)) for scope in counts}
        for scope in counts:
            plain = [InboxFilter(sort=sort) for sort in draw.sample(SORTS, 3)]
            for wanted in [*plain, asked(draw), asked(draw), asked(draw)]:
                wanted = InboxFilter(**{**wanted.document(), "scope": scope})
                right = sorted((one for one in tasks if seen(actor, scope, one) and fits(wanted, one)),
                               key=lambda one: order(wanted.sort, one))
                kind = _pages(Reading(database, tenant_id, actor, wanted), [one.id for one in right])
                tried[kind] = tried.get(kind, 0) + 1
    assert tried["long"] > 9 and tried["short"] > 9 and set(counts) == {"group", "mine", "standin", "all"}


@dataclass
class Reading:
    """Somebody who goes through a list."""

    database: Database
    tenant_id: UUID
    actor: Actor
    wanted: InboxFilter
    seen: list[UUID] = field(default_factory=list)

    def page(self, number: int, **beside: str) -> InboxPage:
        with self.database.read(self.tenant_id) as session:
            return queries.inbox_page(session, self.actor, self.wanted, number, SIZE, queries.Beside(**beside))


def ids(page: InboxPage) -> list[UUID]:
    return [row.task_id for row in page.rows]


def _pages(reading: Reading, right: list[UUID]) -> str:
    """Forward to the end, and back from there; which kind of list it was."""
    page, number = reading.page(1), 1
    assert page.total == min(len(right), FEW + 1), reading.wanted
    found, kind = [ids(page)], "long" if page.total > FEW else "short"
    while page.page < page.pages:
        number += 1
        page = reading.page(number, **({"after": page.after} if page.after else {}))
        assert page.page == number and page.rows
        found.append(ids(page))
    assert [one for part in found for one in part] == right, (reading.actor.groups, reading.wanted)
    assert all(len(part) == SIZE for part in found[:-1])
    while kind == "long" and number > 1:
        number -= 1
        page = reading.page(number, before=page.before)
        assert ids(page) == found[number - 1], (reading.wanted, number)
    for number in range(1, min(len(found), FEW // SIZE) + 1):
        assert ids(reading.page(number)) == found[number - 1], "the first pages have plain addresses, too"
    beyond = reading.page(99)
    assert ids(beyond) == (found[FEW // SIZE - 1] if kind == "long" else found[-1])
    assert ids(reading.page(2, after="nonsense")) == ids(reading.page(2)) == ids(reading.page(2, before="W10"))
    return kind


def written(*parts: str) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@pytest.mark.parametrize("text", [
    "", "x", "bnVsbA", "W10", "eyJhIjoxfQ", "WzFd", "垃圾", written("s", "t2026-11-23T02:00:00", f"u{ME}"),
    written("s", "t9999-12-31T23:00:00-05:00", f"u{ME}"), written("s\0", f"t{NOW}", f"u{ME}"),
    written("s\ud800", f"t{NOW}", f"u{ME}"), written("s", f"t{NOW}", "u1"), written("i1", f"t{NOW}", f"u{ME}"),
    written("s", f"t{NOW}"), written("", f"t{NOW}", f"u{ME}")])
def test_an_address_that_somebody_wrote_begins_at_no_row(text: str) -> None:
    reader = Reader(READERS["handler"], ME, NOW, TODAY, frozenset(), ())
    by_number = inbox_order.Asked(reader, "all", reader.here, (), "number")
    assert inbox_order.key_of(text, by_number) is None
    key = ("2026-1", NOW, ME)
    assert inbox_order.key_of(inbox_order.mark(key), by_number) == key
    assert inbox_order.key_of(inbox_order.mark((0, -2**31, NOW, NOW, ME)), replace(by_number, sort="pressing")) is None


MANY, COUNTED = 12_000, 1_020
COPIES = {
    "sqlite": "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < :many) ",
    "postgresql": "WITH s(n) AS (SELECT generate_series(1, :many)) "}
UNIQUE = {"sqlite": "printf('%032x', s.n)", "postgresql": "CAST(lpad(to_hex(s.n), 32, '0') AS uuid)"}


def crowd(database: Database, tenant_id: UUID) -> None:
    """A great many tasks, with dates of their own, in one queue and a few in another; and what the planner knows of them."""
    draw = random.Random(5)  # noqa: S311
    first = [made_up(draw, number) for number in range(9)]
    fill(tenant_id, first)
    names = [column.name for column in OpenTaskRow.__table__.columns]
    changed = {"id": UNIQUE[database.dialect], "queue": "'[\"handler@A\"]'", "groups": "'[\"handler@A\"]'",
               "barred": "NULL", "claimed_by": "NULL", "follow_up_on": "NULL", "priority": "50 + 20 * (s.n % 3)",
               "urgency": "CASE s.n % 1000 WHEN 7 THEN 'emergency' ELSE 'normal' END"}
    moved = ("datetime(o.opened_at, '-' || s.n || ' minutes') || '.000000'" if database.dialect == "sqlite"
             else "o.opened_at - s.n * interval '1 minute'")
    changed |= {"next_at": moved, "late_at": moved, "opened_at": moved}
    with database.engine.begin() as connection:
        if database.dialect == "postgresql":
            connection.execute(text("SELECT set_config('app.tenant_id', :t, true)"), {"t": str(tenant_id)})
        connection.execute(text(
            f"INSERT INTO open_task ({', '.join(names)}) {COPIES[database.dialect]}"
            f"SELECT {', '.join(changed.get(name, f'o.{name}') for name in names)} FROM s, "
            "(SELECT * FROM open_task ORDER BY id LIMIT 1) o"), {"many": MANY})
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))


@contextmanager
def plans(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """Each statement about open tasks with the plan that the reader's own connection has for it."""
    found: list[tuple[str, Any]] = []
    how = "EXPLAIN QUERY PLAN " if database.dialect == "sqlite" else "EXPLAIN (ANALYZE, FORMAT JSON) "

    def explain(connection: Any, cursor: Any, statement: str, given: Any, _context: Any, many: bool) -> None:
        if "open_task" in statement and not statement.startswith("EXPLAIN"):
            asking = connection.connection.cursor()
            asking.execute(how + statement, given)
            rows = asking.fetchall()
            found.append((statement, [row[3] for row in rows] if database.dialect == "sqlite" else rows[0][0][0]["Plan"]))

    event.listen(database.engine, "before_cursor_execute", explain)
    try:
        yield found
    finally:
        event.remove(database.engine, "before_cursor_execute", explain)


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for one in plan.get("Plans", ()):
        yield from nodes(one)


def read_much(kind: str, plan: Any) -> list[str]:
    """Parts of a plan that go through the table, or through more of an index than is counted or shown."""
    if kind == "sqlite":
        wrong = [line for line in plan if "open_task" in line and not (line.startswith("SEARCH") and (
            "ix_open_task_" in line or "(tenant_id=? AND id=?)" in line))]
        parts = [line for line in plan if "open_task_group" not in line and not line.startswith("CORRELATED")]
        return wrong + [f"sorted: {one}" for one, then in pairwise(parts)
                        if "priority=?)" in one and then == "USE TEMP B-TREE FOR ORDER BY"]
    return [json.dumps({name: one.get(name) for name in ("Node Type", "Index Name", "Actual Rows", "Rows Removed by Filter")})
            for one in nodes(plan) if one.get("Relation Name") == "open_task"
            and one["Actual Rows"] + one.get("Rows Removed by Filter", 0) > COUNTED]


@pytest.mark.parametrize("sort", ["pressing", "due"])
def test_no_statement_of_a_page_reads_all_open_tasks(database: Database, still: None, sort: str) -> None:
    tenant_id = new_id()
    crowd(database, tenant_id)
    for name, scope in (("handler", "group"), ("head", "unit"), ("supervisor", "all"), ("supervisor", "mine")):
        with database.read(tenant_id) as session, plans(database) as found:
            first = queries.inbox_page(session, READERS[name], InboxFilter(scope=scope, sort=sort))
            later = queries.inbox_page(session, READERS[name], InboxFilter(scope=scope, sort=sort), 2,
                                       beside=queries.Beside(after=first.after))
        assert (first.total == 1_000) == (scope != "mine") and set(ids(first)).isdisjoint(ids(later) or [NEVER])
        assert len(found) >= 4
        for statement, plan in found:
            assert read_much(database.dialect, plan) == [], statement
        used = json.dumps([plan for _statement, plan in found])
        assert "ix_open_task_queue" in used and "ix_open_task_held" in used
        assert scope != "all" or "ix_open_task_order" in used
        if database.dialect == "sqlite" and scope != "mine":
            assert ("ix_open_task_order (tenant_id=? AND priority=?" if scope == "all" else
                    "ix_open_task_queue (tenant_id=? AND queue=? AND priority=?") in used


@pytest.mark.parametrize("wanted", [{"urgency": "emergency"}, {"sort": "number"}, {"sort": "age"}])
def test_what_no_order_leads_to_is_found_in_the_narrow_rows_of_an_index(database: Database, still: None,
                                                                        wanted: dict[str, str]) -> None:
    if database.dialect != "sqlite":
        pytest.skip("PostgreSQL decides by how much of the table is vacuumed")
    tenant_id = new_id()
    crowd(database, tenant_id)
    with database.read(tenant_id) as session, plans(database) as found:
        queries.inbox_page(session, READERS["handler"], InboxFilter(**wanted))
    lines = [line for _statement, plan in found for line in plan if "open_task" in line]
    assert any("INDEX ix_open_task_queue (tenant_id=? AND queue=?)" in line for line in lines), lines

"""What staff do with an open task: read it, fill its form, send it. Only real queries, forms and commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.cases import queries, sources
from app.cases.commands import AddNote, ClaimTask, CompleteTask, ReleaseTask
from app.cli.demo import tables
from app.cli.demo.replay.behaviour import Behaviour
from app.cli.demo.replay.filling import Sheet, fill
from app.cli.demo.replay.people import People
from app.engine.model import OpenTaskRow
from app.forms import Form, Option
from app.kernel import clock, database
from app.kernel.bus import dispatch
from app.kernel.commands import Actor
from app.knowledge.imports import KIND_NAMES
from app.rules.commands import OpenOrder

KINDS = {row["code"]: KIND_NAMES[row["kind"]] for row in tables.rows("services.csv")}
UNITS = [row["code"] for row in tables.rows("units.csv")]


@dataclass
class Known:
    """What the simulation knows of one case."""

    number: str
    token: str
    service: str | None
    at: datetime
    actor: Actor
    open: bool = True


@dataclass(frozen=True)
class Paper:
    """What somebody reads of a task before filling its form in."""

    case_id: UUID
    service: str | None
    module: str | None
    unit: str | None
    form: Form | None
    form_hash: str | None
    values: Mapping[str, Any]


@dataclass
class Desk:
    """All the office's desks."""

    people: People
    behaviour: Behaviour
    cases: dict[UUID, Known]
    zone: ZoneInfo
    _options: dict[str, Sequence[Option] | None] = field(default_factory=dict)

    def moment(self, row: OpenTaskRow | None, opened: datetime) -> datetime:
        """When somebody gets to a task, by its form."""
        return self.behaviour.staff_at(row.form_id if row is not None else None, opened)

    def work(self, task_id: UUID, groups: Sequence[str], process_id: str) -> None:
        """One person does one task. Raises what the commands raise."""
        actor = self.people.member(groups)
        if actor is None:
            raise LookupError(f"nobody is in {', '.join(groups)}")
        tenant_id, how = self.people.tenant_id, self.behaviour
        claims = how.happens("staff", "claims_first")
        if claims:
            dispatch(ClaimTask(tenant_id=tenant_id, actor=actor, task_id=task_id))
        with database.current().read(tenant_id) as session:
            paper = self.read(session, actor, task_id)
            raw = {} if paper.form is None else fill(self._sheet(paper, paper.form, process_id), how)
        if claims and how.happens("staff", "releases"):
            dispatch(ReleaseTask(tenant_id=tenant_id, actor=actor, task_id=task_id))
            dispatch(ClaimTask(tenant_id=tenant_id, actor=actor, task_id=task_id))
        if how.happens("staff", "note"):
            dispatch(AddNote(tenant_id=tenant_id, actor=actor, case_id=paper.case_id, text=how.words("short")))
        dispatch(CompleteTask(tenant_id=tenant_id, actor=actor, task_id=task_id, data=raw, form_hash=paper.form_hash))

    def order(self, case_id: UUID) -> None:
        """A supervisor asks the unit of a late case for an explanation."""
        actor = self.people.member((), "supervisor")
        if actor is not None:
            dispatch(OpenOrder(tenant_id=self.people.tenant_id, actor=actor, number=self.cases[case_id].number,
                               text=self.behaviour.words("order"), level=self.behaviour.weighted(
                                   self.behaviour.part("staff", "order_level"))))

    def read(self, session: Session, actor: Actor, task_id: UUID) -> Paper:
        """The task as its page shows it. Raises what the page raises."""
        page = queries.task_page(session, actor, task_id)
        return Paper(page.case.case_id, page.case.service, page.case.module, page.case.unit, page.form,
                     page.form_hash, page.values)

    def _sheet(self, page: Paper, form: Form, process_id: str) -> Sheet:
        case_id = page.case_id
        known = self.cases.get(case_id)  # None: an internal matter
        service = known.service if known is not None else page.service
        special: dict[str, Callable[[], str | None]] = {
            **self.words_of(case_id, page.module),
            "service": lambda: service or page.values.get("suggested_service"),
            "kind": lambda: KINDS.get(page.service or service or "", "consultation"),
            "open_case": partial(self._earlier, case_id),
            "other_unit": lambda: self.behaviour.chance.choice([code for code in UNITS if code != page.unit]),
        }
        now = clock.now().astimezone(self.zone)
        place = f"{process_id} {form.id} {page.module or ''}"
        return Sheet(case_id, place, form, page.values, now, self._source, special)

    def words_of(self, _case_id: UUID, _module: str | None) -> dict[str, Callable[[], str | None]]:
        """More `@names` of behaviour.yaml, for a task."""
        return {}

    def _source(self, name: str) -> Sequence[Option] | None:
        """Lists of the office; they stay as they are during a play."""
        if name not in self._options:
            with database.current().read(self.people.tenant_id) as session:
                self._options[name] = sources.options(session, "zh")(name)
        return self._options[name]

    def _earlier(self, case_id: UUID) -> str | None:
        """The number of another open case: of the same service if there is one."""
        service = self.cases[case_id].service
        others = [known for other, known in self.cases.items() if known.open and other != case_id]
        alike = [known for known in others if known.service == service]
        return self.behaviour.chance.choice(alike or others).number if others else None

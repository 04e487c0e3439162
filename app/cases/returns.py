"""First responsible (首接负责) and returns (退单): each return is judged by a table, again when its case moves on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from app.cases import deciding, matter_events
from app.cases.effects import Fault
from app.cases.journal import record
from app.cases.model import Case, CaseEntry, CaseReturn
from app.deadlines import calendar_of
from app.feel import to_json
from app.kernel.errors import YikouError
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork

DECISION, RETURN, RULING = "return_judgement", "return", "ruling"


def note(uow: UnitOfWork, case: Case, entry: CaseEntry) -> list[Fault]:
    """A unit returned the case with this line of the journal; faults of the table, which never stop a case."""
    if case.unit is None:
        return []
    calendar = calendar_of(uow.session, uow.tenant_id)
    waited = calendar.between(case.unit_at or case.phase_at, uow.now) / calendar.shifts.length()
    before = uow.session.scalar(select(func.count()).select_from(CaseReturn).where(CaseReturn.case_id == case.id))
    row = CaseReturn(tenant_id=uow.tenant_id, id=new_id(), case_id=case.id, entry_id=entry.id, unit=case.unit,
                     number=int(before or 0) + 1, wait_days=round(waited, 2), reason_length=len(entry.body.strip()),
                     came_back=None, ruled=False, judgement="", ground="", at=uow.now)
    uow.session.add(row)
    return _judge(uow, case, row, entry.element_id)


def passed_on(uow: UnitOfWork, case: Case, unit: str) -> list[Fault]:
    """The case goes to `unit`: it is first responsible if nobody was, and what was returned is looked at again."""
    case.first_unit = case.first_unit or unit
    case.unit_at = uow.now
    faults: list[Fault] = []
    for row in uow.session.scalars(select(CaseReturn).where(CaseReturn.case_id == case.id).order_by(CaseReturn.id)):
        ruling = select(CaseEntry.id).where(CaseEntry.case_id == case.id, CaseEntry.kind == RULING,
                                            CaseEntry.at >= row.at)
        known = row.came_back, row.ruled
        row.came_back, row.ruled = row.unit == unit, uow.session.scalars(ruling.limit(1)).first() is not None
        if known != (row.came_back, row.ruled):
            faults += _judge(uow, case, row, None)
    return faults


def _judge(uow: UnitOfWork, case: Case, row: CaseReturn, element_id: str | None) -> list[Fault]:
    asked = {"wait_days": Decimal(str(row.wait_days)), "reason_length": row.reason_length, "came_back": row.came_back,
             "ruled": row.ruled, "return_number": row.number, "urgency": case.urgency}
    try:
        answer = deciding.decide(uow, DECISION, asked)
    except YikouError as error:
        return [Fault(element_id or RETURN, error.message, error.params)]
    deciding.keep(uow, case, DECISION, element_id or RETURN, answer)
    found: Any = to_json(answer.value)
    known = row.judgement, row.ground
    if isinstance(found, dict):
        row.judgement, row.ground = str(found.get("judgement", ""))[:20], str(found.get("ground", ""))[:40]
    if known != (row.judgement, row.ground):
        record(uow, case, matter_events.CaseReturnJudged, {DECISION: answer.hash}, return_id=row.id, by_unit=row.unit,
               judgement=row.judgement, ground=row.ground)
    return []


"""Internal matters run as requests do, with tasks, clocks, jobs and incidents, and no resident learns of them."""

from __future__ import annotations

from typing import Any

from app.cases import access, matter_events, stepping
from app.cases.commands import OpenMatter, SendToMatter
from app.cases.handlers.timers import require_system
from app.cases.journal import record
from app.cases.model import REQUEST, Case
from app.engine import Start
from app.kernel.bus import handles
from app.kernel.errors import Invalid, msg
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork
from app.tenancy.numbers import next_matter_number

LETTERS = {"order": "DB", "topic": "XQ"}
"""How numbers begin: 督办 for orders, 需求 for topics of demand; NB (内部) for everything else."""
INTERNAL, BEGINS, MAX_TITLE = "internal", "opened", 200


@handles(OpenMatter)
def open_matter(command: OpenMatter, uow: UnitOfWork) -> dict[str, Any]:
    """Number, store, start. It is not put into the search index, and nobody holds a link to it."""
    require_system(uow)
    title = command.title.strip()
    if not command.nature.isidentifier() or command.nature == REQUEST:
        raise Invalid(msg("There is no internal matter of this nature."))
    if not title or len(title) > MAX_TITLE:
        raise Invalid(msg("Please check what is marked."),
                      fields={"title": [(msg("At most %(limit)s characters."), {"limit": MAX_TITLE})]})
    case = Case(
        tenant_id=uow.tenant_id, id=new_id(), nature=command.nature, subject_id=command.subject_id,
        number=next_matter_number(uow, LETTERS.get(command.nature, "NB")), module=command.module,
        service=command.service, kind=command.kind, urgency=command.urgency, unit=command.unit,
        place_id=command.place_id, phase=BEGINS, status="open", channel=INTERNAL, text=title,
        fields=dict(command.fields), token_hash=access.token_hash(access.new_token()), submitted_at=uow.now,
        phase_at=uow.now, rounds=1, submitted_by=uow.actor.user_id)
    uow.session.add(case)
    uow.session.flush()
    record(uow, case, matter_events.MatterOpened, nature=case.nature, subject_id=case.subject_id,
           process_id=command.process_id)
    known = {**command.variables, "case_id": str(case.id), "number": case.number, "unit": case.unit}
    stepping.start(uow, case, Start(command.process_id, known, element=command.start, values=command.brought))
    return {"matter_id": str(case.id), "number": case.number}


@handles(SendToMatter)
def send_to_matter(command: SendToMatter, uow: UnitOfWork) -> dict[str, Any]:
    """What nobody waits for is not kept."""
    require_system(uow)
    case = access.any_case(uow.session, command.matter_id)
    if case.nature == REQUEST:
        raise access.missing()
    stepping.lock(uow, case)
    if case.status != "open":
        return {"delivered": False}
    return {"delivered": stepping.message(uow, case, command.name, command.variables)}

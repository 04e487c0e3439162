"""Internal matters run as requests do, with tasks, clocks, jobs and incidents, and no resident learns of them."""

from __future__ import annotations

from typing import Any

from app import catalog
from app.cases import access, listener, locking, matter_events, stepping
from app.cases.commands import BeginMatter, OpenMatter, SendToMatter
from app.cases.handlers.tasks import next_task
from app.cases.handlers.timers import require_system
from app.cases.journal import record
from app.cases.model import REQUEST, Case
from app.deadlines import no_clocks
from app.engine import Start
from app.kernel.bus import handles
from app.kernel.errors import Forbidden, Invalid, msg
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork
from app.tenancy.numbers import next_matter_number

LETTERS = {"order": "DB", "topic": "XQ"}
"""How numbers begin: 督办 for orders, 需求 for topics of demand; NB (内部) for everything else."""
INTERNAL, BEGINS, MAX_TITLE = "internal", "opened", 200
GROUPS, NATURE, BY_HAND = "matter.groups", "matter.nature", "work"
"""Properties of a start event: who may begin its process by hand, and what kind of matter that is."""


@handles(OpenMatter)
def open_matter(command: OpenMatter, uow: UnitOfWork) -> dict[str, Any]:
    """Number, store, start. It is not put into the search index, and nobody holds a link to it."""
    require_system(uow)
    locking.prepare(uow)
    case = _opened(command, uow)
    return {"matter_id": str(case.id), "number": case.number}


@handles(BeginMatter, asking=locking.asking)
def begin_matter(command: BeginMatter, uow: UnitOfWork) -> dict[str, Any]:
    """Whoever its start event names may begin a process by hand."""
    access.require(uow, "matter.open")
    locking.prepare(uow)
    _published, definition = catalog.compiled(uow.session, uow.tenant_id, "process", command.process_id)
    start = definition.elements[definition.starts_at].properties if definition.starts_at else {}
    if uow.actor.groups.isdisjoint(listener.names(start.get(GROUPS))):
        raise Forbidden(msg("You may not do this."))
    with uow.as_machine():
        case = _opened(OpenMatter(
            tenant_id=uow.tenant_id, actor=uow.actor, nature=start.get(NATURE) or BY_HAND, title=command.title,
            process_id=command.process_id, variables=command.variables), uow)
    return {"matter_id": str(case.id), "number": case.number, "next_task_id": next_task(uow, case, uow.actor)}


def _opened(command: OpenMatter, uow: UnitOfWork) -> Case:
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
    no_clocks(uow.session, case.id)
    uow.session.add(case)
    record(uow, case, matter_events.MatterOpened, nature=case.nature, subject_id=case.subject_id,
           process_id=command.process_id)
    known = {**command.variables, "case_id": str(case.id), "number": case.number, "unit": case.unit}
    stepping.start(uow, case, Start(command.process_id, known, element=command.start, values=command.brought))
    return case


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

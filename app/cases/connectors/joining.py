"""Jobs `join` and `tell_joined`: a case follows an earlier one, and hears of its reply."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.cases import events, messaging, stepping
from app.cases.connectors.registry import JobCall, connector
from app.cases.journal import record
from app.cases.model import Case, CaseEntry, CaseLink
from app.cases.stepping import EARLIER_CLOSED
from app.kernel.ids import new_id

JOINED = "joined"


@connector("join")
def join(call: JobCall) -> dict[str, Any]:
    """`joined`: true when `earlier_number` names another open case that does not itself follow this one."""
    number = call.variables.get("earlier_number")
    query = select(Case).where(Case.number == str(number).strip()).with_for_update()
    earlier = call.uow.session.scalars(query).one_or_none() if number else None
    if earlier is None or earlier.id == call.case.id or earlier.status != "open" or _follows(call, earlier):
        return {"joined": False}
    call.uow.session.add(CaseLink(tenant_id=call.uow.tenant_id, id=new_id(), case_id=call.case.id,
                                  other_id=earlier.id, kind=JOINED, at=call.uow.now))
    call.case.parent_id = earlier.id
    stepping.forget_earlier(call.uow, call.case)
    record(call.uow, call.case, events.CaseJoined, earlier_case_id=earlier.id)
    replied = select(CaseEntry.id).where(CaseEntry.case_id == earlier.id, CaseEntry.kind == "reply")
    if call.uow.session.scalars(replied).first() is not None:
        messaging.publish(call.uow, EARLIER_CLOSED, str(call.case.id), {})  # its reply is out: nothing to wait for
    return {"joined": True}


def _follows(call: JobCall, earlier: Case) -> bool:
    """Whether the earlier case, through its own earlier ones, already waits for this one: nobody would ever reply."""
    seen = set()
    while earlier.parent_id is not None and earlier.id not in seen:
        if earlier.parent_id == call.case.id:
            return True
        seen.add(earlier.id)
        earlier = call.uow.session.get_one(Case, (call.uow.tenant_id, earlier.parent_id))
    return False


@connector("tell_joined")
def tell_joined(call: JobCall) -> dict[str, Any]:
    """Every case that follows this one gets a message with this job's inputs."""
    call.uow.session.refresh(call.case, with_for_update=True)  # nobody joins between the reply and this
    query = select(Case).where(Case.parent_id == call.case.id, Case.status == "open").order_by(Case.id)
    inputs = {name: value for name, value in call.variables.items() if name in ("reply", "outcome")}
    for follower in call.uow.session.scalars(query):
        messaging.publish(call.uow, EARLIER_CLOSED, str(follower.id), inputs)
    return {}

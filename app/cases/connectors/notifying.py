"""Job `notify`: the wish to tell somebody, as a row and an event; sending is another room's business."""

from __future__ import annotations

from typing import Any

from app.cases import events
from app.cases.connectors.registry import JobCall, connector
from app.cases.journal import record
from app.cases.model import CaseNotice
from app.kernel.errors import Invalid, msg
from app.kernel.ids import new_id

AUDIENCES = ("resident", "group")
ROOT_ONLY = frozenset({"case_id"})


@connector("notify")
def notify(call: JobCall) -> dict[str, Any]:
    """Headers `template` and `to`; for a group the input `group`. All inputs are parameters of the template."""
    template, audience = call.headers.get("template"), call.headers.get("to")
    group = call.variables.get("group")
    if not template or audience not in AUDIENCES or (audience == "group" and not isinstance(group, str)):
        raise Invalid(msg("A notification needs a template and somebody to tell."))
    params = {name: value for name, value in call.variables.items() if name not in ROOT_ONLY}
    notice = CaseNotice(tenant_id=call.uow.tenant_id, id=new_id(), case_id=call.case.id, template=template,
                        audience=audience, group_name=group if audience == "group" else None,
                        params=params | {"number": call.case.number}, at=call.uow.now)
    call.uow.session.add(notice)
    record(call.uow, call.case, events.CaseNoticeWanted, notice_id=notice.id, template=template, audience=audience,
           group=notice.group_name)
    return {}

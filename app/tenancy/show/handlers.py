"""Beginning to fill an office: by the operator only, once."""

from __future__ import annotations

from typing import Any

from app.kernel.bus import handles
from app.kernel.errors import Conflict, Forbidden, msg
from app.kernel.unit_of_work import UnitOfWork
from app.tenancy.model import Tenant
from app.tenancy.show.commands import StartFilling
from app.tenancy.show.model import DemoFilling


@handles(StartFilling)
def start_filling(command: StartFilling, uow: UnitOfWork) -> dict[str, Any]:
    """The row of the office, unless it has one."""
    if uow.actor.kind != "system":
        raise Forbidden(msg("You may not do this."))
    tenant = uow.session.get_one(Tenant, uow.tenant_id)
    if not tenant.is_demo:
        raise Conflict(msg("Only a demo office can be filled with made-up requests."))
    if uow.session.get(DemoFilling, (uow.tenant_id, uow.tenant_id)) is not None:
        return {"started": False}
    uow.session.add(DemoFilling(
        tenant_id=uow.tenant_id, id=uow.tenant_id, seed=command.seed, wanted=command.wanted, parts=command.parts,
        last_day=command.last_day, parts_done=0, cases=0, started_at=uow.now,
        ended_at=None if command.parts else uow.now))
    return {"started": True}

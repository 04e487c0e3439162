"""A case and its process instance, locked and read in two statements; whoever holds them reads nothing twice."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, exists, select

from app import catalog
from app.cases.access import missing
from app.cases.model import Case
from app.deadlines import no_clocks
from app.deadlines.model import Deadline
from app.engine import store
from app.engine.model import IncidentRow, JobRow, OpenTaskRow, ProcessInstance, SubscriptionRow, TimerRow
from app.engine.store import Held
from app.kernel.errors import Conflict, msg
from app.kernel.fixed import TENANT, fixed
from app.kernel.unit_of_work import UnitOfWork
from app.tenancy import zones
from app.tenancy.model import Tenant

ID = bindparam("id", type_=Uuid)
_KINDS: tuple[Any, ...] = (TimerRow, SubscriptionRow, JobRow, IncidentRow)


def _hold(instance_id: Any) -> Any:
    """Locks the rows of both; a key that refers to the case may be written meanwhile."""
    joined = (select(ProcessInstance, Case, Tenant, *catalog.GENERATION)
              .join(Case, (Case.tenant_id == ProcessInstance.tenant_id) & (Case.instance_id == ProcessInstance.id))
              .join(Tenant, Tenant.tenant_id == ProcessInstance.tenant_id)
              .where(ProcessInstance.tenant_id == TENANT, ProcessInstance.id == instance_id)
              .with_for_update(of=(ProcessInstance, Case), key_share=True))
    return fixed(joined.execution_options(populate_existing=True))


def _look() -> Any:
    """The open tasks, and of which other tables there are rows.

    Asked behind the lock: a statement that waits for it sees what was before.
    """
    present = [exists().where(kind.tenant_id == TENANT, kind.instance_id == ID,
                              *([IncidentRow.resolved_at.is_(None)] if kind is IncidentRow else []))
               for kind in _KINDS]
    clocks = exists().where(Deadline.tenant_id == TENANT, Deadline.case_id == bindparam("case", type_=Uuid))
    joined = (select(OpenTaskRow, clocks, *present).select_from(ProcessInstance)
              .outerjoin(OpenTaskRow, (OpenTaskRow.tenant_id == ProcessInstance.tenant_id)
                         & (OpenTaskRow.instance_id == ProcessInstance.id))
              .where(ProcessInstance.tenant_id == TENANT, ProcessInstance.id == ID).order_by(OpenTaskRow.id))
    return fixed(joined.execution_options(populate_existing=True))


_BY_INSTANCE = _hold(ID)
_BY_TASK = _hold(select(OpenTaskRow.instance_id).where(OpenTaskRow.tenant_id == TENANT, OpenTaskRow.id == ID)
                 .scalar_subquery())
_LOOK = _look()
_OFFICE = fixed(select(Tenant, *catalog.GENERATION).where(Tenant.tenant_id == TENANT))


def prepare(uow: UnitOfWork) -> None:
    """For a case that will be made in this transaction: read at once what its first step asks for."""
    tenant, own, base = uow.session.execute(_OFFICE, {"tenant": uow.tenant_id}).one()
    zones.keep(uow.session, tenant)
    catalog.keep_generation(uow.session, uow.tenant_id, own, base)


def lock(uow: UnitOfWork, case: Case) -> Held:
    """Hold the case's process until the end of the transaction, so that what is read next stays true."""
    if case.instance_id is None:
        raise Conflict(msg("This request has no process."))
    known = store.holding(uow, case.instance_id)
    return known if known is not None else locked_case(uow, case.instance_id)[1]


def locked_case(uow: UnitOfWork, instance_id: UUID) -> tuple[Case, Held]:
    """The case of a process instance, or the internal matter, held. Raises NotFound."""
    found = _held(uow, _BY_INSTANCE, instance_id)
    if found is None:
        raise missing()
    return found


def by_task(uow: UnitOfWork, task_id: UUID) -> tuple[Case, Held] | None:
    """The case in which a task is open, held; None when it is open in none."""
    return _held(uow, _BY_TASK, task_id)


def _held(uow: UnitOfWork, statement: Any, row_id: UUID) -> tuple[Case, Held] | None:
    found = uow.session.execute(statement, {"tenant": uow.tenant_id, "id": row_id}).one_or_none()
    if found is None:
        return None
    instance, case, tenant, own, base = found
    zones.keep(uow.session, tenant)
    catalog.keep_generation(uow.session, uow.tenant_id, own, base)
    known = store.holding(uow, instance.id)
    if known is None:
        known = store.hold(uow, instance)
        _read(uow, case, known)
    return case, known


def _read(uow: UnitOfWork, case: Case, mine: Held) -> None:
    given = {"tenant": uow.tenant_id, "id": mine.instance.id, "case": case.id}
    rows = uow.session.execute(_LOOK, given).all()
    mine.give(OpenTaskRow, [row[0] for row in rows if row[0] is not None])
    for kind, present in zip(_KINDS, rows[0][2:], strict=True):
        if not present:
            mine.give(kind, ())
    if not rows[0][1]:
        no_clocks(uow.session, case.id)

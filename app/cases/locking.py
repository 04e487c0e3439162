"""A case and its process instance, locked and read in two statements; whoever holds them reads nothing twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, exists, select

from app import catalog
from app.cases import access
from app.cases.access import missing
from app.cases.model import Case
from app.deadlines import no_clocks
from app.deadlines.model import Deadline
from app.engine import store
from app.engine.model import IncidentRow, JobRow, OpenTaskRow, ProcessInstance, SubscriptionRow, TimerRow
from app.engine.store import Held
from app.kernel import direct
from app.kernel.commands import Command
from app.kernel.direct import Ask
from app.kernel.errors import Conflict, msg
from app.kernel.fixed import TENANT, fixed, objects
from app.kernel.unit_of_work import UnitOfWork
from app.tenancy import zones
from app.tenancy.model import Tenant

ID = bindparam("id", type_=Uuid)
_KINDS: tuple[Any, ...] = (TimerRow, SubscriptionRow, JobRow, IncidentRow)


def _hold(instance_id: Any) -> Any:
    """Locks the rows of both; a key that refers to the case may be written meanwhile."""
    instance, case, tenant = ProcessInstance.__table__.c, Case.__table__.c, Tenant.__table__.c
    joined = (objects(ProcessInstance, Case, Tenant, also=catalog.GENERATION)
              .select_from(ProcessInstance.__table__.join(
                  Case.__table__, (case.tenant_id == instance.tenant_id) & (case.instance_id == instance.id))
                  .join(Tenant.__table__, tenant.tenant_id == instance.tenant_id))
              .where(instance.tenant_id == TENANT, instance.id == instance_id)
              .with_for_update(of=(ProcessInstance.__table__, Case.__table__), key_share=True))
    return fixed(joined)


def _look(instance_id: Any) -> Any:
    """The open tasks, and of which other tables there are rows.

    Asked behind the lock: a statement that waits for it sees what was before.
    """
    instance, task, case = ProcessInstance.__table__.c, OpenTaskRow.__table__.c, Case.__table__.c
    present = [exists().where(kind.__table__.c.tenant_id == TENANT, kind.__table__.c.instance_id == instance.id,
                              *([kind.__table__.c.resolved_at.is_(None)] if kind is IncidentRow else []))
               for kind in _KINDS]
    clocks = exists().where(Deadline.__table__.c.tenant_id == TENANT, Deadline.__table__.c.case_id == case.id)
    joined = (objects(OpenTaskRow, also=(clocks, *present))
              .select_from(ProcessInstance.__table__.join(
                  Case.__table__, (case.tenant_id == instance.tenant_id) & (case.instance_id == instance.id))
                  .outerjoin(OpenTaskRow.__table__, (task.tenant_id == instance.tenant_id)
                             & (task.instance_id == instance.id)))
              .where(instance.tenant_id == TENANT, instance.id == instance_id).order_by(task.id))
    return fixed(joined)


_TASK = OpenTaskRow.__table__.c
_OF_TASK = select(_TASK.instance_id).where(_TASK.tenant_id == TENANT, _TASK.id == ID).scalar_subquery()
_BY_INSTANCE, _LOOK = _hold(ID), _look(ID)
_BY_TASK, _LOOK_BY_TASK = _hold(_OF_TASK), _look(_OF_TASK)
_OFFICE = fixed(objects(Tenant, also=catalog.GENERATION).where(Tenant.__table__.c.tenant_id == TENANT))


def asking(command: Command, uow: UnitOfWork) -> Sequence[Ask]:
    """What every handler that begins with `access.require` and `prepare` asks first."""
    return *access.asking(command, uow), (_OFFICE, {"tenant": uow.tenant_id})


def asking_of_task(command: Any, uow: UnitOfWork) -> Sequence[Ask]:
    """What every handler that begins with `access.require` and `by_task` of `command.task_id` asks first."""
    given = {"tenant": uow.tenant_id, "id": command.task_id}
    return *access.asking(command, uow), (_BY_TASK, given), (_LOOK_BY_TASK, given)


def prepare(uow: UnitOfWork) -> None:
    """For a case that will be made in this transaction: read at once what its first step asks for."""
    ((tenant, own, base),) = direct.rows(uow.session, _OFFICE, {"tenant": uow.tenant_id})
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
    found = _held(uow, _BY_INSTANCE, _LOOK, instance_id)
    if found is None:
        raise missing()
    return found


def by_task(uow: UnitOfWork, task_id: UUID) -> tuple[Case, Held] | None:
    """The case in which a task is open, held; None when it is open in none."""
    return _held(uow, _BY_TASK, _LOOK_BY_TASK, task_id)


def _held(uow: UnitOfWork, hold: Any, look: Any, row_id: UUID) -> tuple[Case, Held] | None:
    found = direct.rows(uow.session, hold, {"tenant": uow.tenant_id, "id": row_id})
    if not found:
        return None
    ((instance, case, tenant, own, base),) = found
    zones.keep(uow.session, tenant)
    catalog.keep_generation(uow.session, uow.tenant_id, own, base)
    known = store.holding(uow, instance.id)
    if known is None:
        known = store.hold(uow, instance)
        _read(uow, case, known, look, row_id)
    return case, known


def _read(uow: UnitOfWork, case: Case, mine: Held, look: Any, row_id: UUID) -> None:
    rows = direct.rows(uow.session, look, {"tenant": uow.tenant_id, "id": row_id})
    if not rows:  # the task ended while its instance was waited for
        rows = direct.rows(uow.session, _LOOK, {"tenant": uow.tenant_id, "id": mine.instance.id})
    mine.give(OpenTaskRow, [row[0] for row in rows if row[0] is not None])
    for kind, present in zip(_KINDS, rows[0][2:], strict=True):
        if not present:
            mine.give(kind, ())
    if not rows[0][1]:
        no_clocks(uow.session, case.id)

"""Handlers of backups: the trail, erasing again, releasing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import aliased

from app.auth import policy
from app.backups import erasures
from app.backups.commands import EraseAgain, NoteBackup, NoteRestore, ReleaseOffice
from app.backups.events import BackupMade, BackupReleased, BackupRestored
from app.backups.model import PendingErasure
from app.cases.commands import ErasePerson, GiveTimeBack
from app.cases.model import Case, Person, every
from app.kernel import pauses
from app.kernel.bus import handles
from app.kernel.errors import Conflict, msg
from app.kernel.unit_of_work import UnitOfWork
from app.tenancy import terms


@handles(NoteBackup)
def note_backup(command: NoteBackup, uow: UnitOfWork) -> None:
    """Who takes everything away stands in the trail."""
    policy.require(uow.actor, "tenant.manage")
    uow.record(BackupMade(rows=command.rows, files=command.files, sha256=command.sha256))


@handles(NoteRestore)
def note_restore(command: NoteRestore, uow: UnitOfWork) -> None:
    """The list of who was erased is whole again; of interest now is who is here and not erased yet."""
    policy.require(uow.actor, "tenant.manage")
    erasures.take_over(command.erased, uow)
    query = select(Person.id).where(Person.id.in_([one for one, _at in command.erased]), Person.erased_at.is_(None))
    people = set(uow.session.scalars(query))
    known = set(uow.session.scalars(select(PendingErasure.id)))
    uow.session.add_all(PendingErasure(tenant_id=uow.tenant_id, id=one, since=uow.now) for one in people - known)
    uow.record(BackupRestored(made_at=datetime.fromisoformat(command.made_at), migration=command.migration,
                              held=command.held, erased=len(people)))


@handles(EraseAgain)
def erase_again(command: EraseAgain, uow: UnitOfWork) -> dict[str, Any]:
    """Whoever has an open request waits: it was closed when they were erased, and the backup is from before."""
    policy.require(uow.actor, "person.erase")
    done = 0
    for row in uow.session.scalars(select(PendingErasure).order_by(PendingErasure.id)):
        person = uow.session.get(Person, (uow.tenant_id, row.id))
        if person is not None and person.erased_at is None:
            same = Person.id == person.id if person.user_id is None else Person.user_id == person.user_id
            if uow.session.scalar(every(select(exists().where(same, _busy())))):
                continue
            uow.dispatch_nested(ErasePerson(tenant_id=uow.tenant_id, actor=uow.actor, person_id=person.id))
        uow.session.delete(row)
        done += 1
    return {"erased": done}


def _busy() -> ColumnElement[bool]:
    """Condition on `Person`: a request, or an order about one, is open."""
    about = aliased(Case)
    return (Case.person_id == Person.id) & or_(Case.status == "open", exists().where(
        about.tenant_id == Case.tenant_id, about.subject_id == Case.id, about.status == "open"))


@handles(ReleaseOffice)
def release_office(command: ReleaseOffice, uow: UnitOfWork) -> dict[str, Any]:
    """Drafts and waiting messages get the time back; an office whose subscription is suspended stays so."""
    policy.require(uow.actor, "tenant.manage")
    since = pauses.since(uow.session, uow.tenant_id)
    term = terms.of(uow.session, uow.tenant_id)
    if since is None or (term is not None and term.suspended_at is not None):
        raise Conflict(msg("No restore holds this office."))
    lost = uow.now - since
    uow.dispatch_nested(GiveTimeBack(tenant_id=uow.tenant_id, actor=uow.actor, lost=lost))
    pauses.lift(uow.session, uow.tenant_id)
    uow.record(BackupReleased(days=lost.days))
    return {"days": lost.days}

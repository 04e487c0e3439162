"""One command, one transaction: the only place of the code base that commits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Connection, Engine, Index, Insert, String, select
from sqlalchemy.orm import Mapped, Session, make_transient_to_detached, mapped_column

from app.kernel import clock, database, direct, events, metrics, pauses, wakeups
from app.kernel.commands import SYSTEM, Actor, Command
from app.kernel.errors import Conflict, msg
from app.kernel.fixed import TENANT, fixed
from app.kernel.flushing import BundlingSession
from app.kernel.ids import new_id
from app.kernel.model import Base, TenantScoped
from app.kernel.upsert import insert_into

T = TypeVar("T")


class CommandAnswer(TenantScoped, Base):
    """The answer to a command that came with an idempotency key."""

    __tablename__ = "command_answer"
    __table_args__ = (Index(None, "tenant_id", "at"), {"info": {"secret": True}})

    key_hash: Mapped[str] = mapped_column(String(64), unique=False, index=False)
    fingerprint: Mapped[str] = mapped_column(String(64))
    answer: Mapped[dict[str, Any] | None]
    at: Mapped[datetime]


class UnitOfWork:
    """What a handler works with. Nothing it does is visible before the one commit at its end."""

    def __init__(self, session: BundlingSession, tenant_id: UUID, actor: Actor, cause_id: UUID | None = None) -> None:
        self.session, self.tenant_id, self.actor = session, tenant_id, actor
        self.cause_id: UUID | None = cause_id
        self.now: datetime = clock.now()

    def record(self, data: object, *, case_id: UUID | None = None, definitions: dict[str, Any] | None = None) -> UUID:
        """Store an event and one delivery for each subscriber of its type; the event's id."""
        from app.kernel import bus

        kind, event_id = events.type_of(data), new_id()
        case_id = case_id or getattr(data, "case_id", None)
        self.session.put(
            events.StoredEvent, id=event_id, type=kind.name, schema_version=kind.version, case_id=case_id,
            cause_id=self.cause_id, actor_id=self.actor.user_id, actor_kind=self.actor.kind, at=self.now,
            definitions=definitions or {}, data=events.payload(data))
        metrics.EVENTS.labels(kind.name).inc()
        for subscriber in bus.subscribers_of(kind.name):
            self.session.put(events.Delivery, event_id=event_id, case_id=case_id, subscriber=subscriber.name,
                             run_at=self.now)
        return event_id

    @contextmanager
    def as_machine(self) -> Iterator[Actor]:
        """Nested commands that the handler itself answers for, whatever the actor may; events keep who began it."""
        before, self.actor = self.actor, replace(self.actor, kind=SYSTEM.kind)
        try:
            yield self.actor
        finally:
            self.actor = before

    def dispatch_nested(self, command: Command) -> Any:
        """Run another command's handler inside this transaction."""
        from app.kernel import bus

        return bus.handler_of(type(command))(command, self)


def run(command: Command, handler: Callable[[Any, UnitOfWork], Any],
        asking: Callable[[Any, UnitOfWork], Sequence[direct.Ask]] | None = None) -> Any:
    """Begin, look the key up, handle, store the answer, commit. Any error: nothing happened.

    `asking`: what the handler will ask first.
    """
    with database.current().write(command.tenant_id) as session:
        uow = UnitOfWork(session, command.tenant_id, command.actor)
        if command.key is None:
            pauses.check(session, command)
            answer = handler(command, uow)
        else:
            row, fresh = _look_up(session, command, uow.now, asking(command, uow) if asking is not None else ())
            if not fresh:
                return row.answer["value"] if row.answer else None
            answer = handler(command, uow)
            row.answer = {"value": answer}
        _commit(session)
        return answer


def _commit(session: BundlingSession) -> None:
    session.send_with_commit()
    session.commit()
    wakeups.committed()


def rehearse(command: Command, handler: Callable[[Any, UnitOfWork], Any], look: Callable[[Session], T]) -> T:
    """Handle, look, and undo it all: the key is neither asked nor kept."""
    with database.current().write(command.tenant_id) as session:
        pauses.check(session, command)
        handler(command, UnitOfWork(session, command.tenant_id, command.actor))
        session.flush()
        found = look(session)
        session.rollback()
        return found


def _look_up(session: Session, command: Command, now: datetime,
             coming: Sequence[direct.Ask]) -> tuple[CommandAnswer, bool]:
    """(the row of the key, whether it was made now, and so holds the key until the commit).

    Another transaction that has the key right now is waited for. Raises Conflict when the key came with other content,
    Paused when it is new and the tenant is paused.
    """
    row_id = UUID(hex=command.key_hash()[:32])
    values = {"tenant_id": command.tenant_id, "id": row_id, "key_hash": command.key_hash(),
              "fingerprint": command.fingerprint(), "answer": None, "at": now}
    take = _take_key(session.get_bind().dialect.name)
    taken = direct.first_of(session, (take, {**values, "tenant": command.tenant_id}), coming)
    if not taken:
        row = session.get_one(CommandAnswer, (command.tenant_id, row_id))
        if row.fingerprint != values["fingerprint"]:
            raise Conflict(msg("This form was already sent with other content. Open it again to send a new one."))
        return row, False
    if not command.while_paused:
        pauses.refuse(taken[0][0])
    row = CommandAnswer(**values)
    make_transient_to_detached(row)
    session.add(row)
    return row, True


@cache
def _take_key(dialect: str) -> Insert:
    """Puts the key down unless it is there, and tells since when the tenant is paused."""
    made = insert_into(dialect, CommandAnswer)
    paused = select(pauses.Pause.since).where(pauses.Pause.tenant_id == TENANT, pauses.Pause.id == TENANT)
    return fixed(made.on_conflict_do_nothing().returning(paused.scalar_subquery()))


def transact(tenant_id: UUID, actor: Actor, work: Callable[[UnitOfWork], T], cause_id: UUID | None = None) -> T:
    """Run `work` in one transaction without a command: for workers, whose claim and effect are one."""
    with database.current().write(tenant_id) as session:
        result = work(UnitOfWork(session, tenant_id, actor, cause_id))
        _commit(session)
        return result


def transact_installation(work: Callable[[Session], T]) -> T:
    """One transaction on rows of the installation (leases), as the narrow worker role."""
    with database.current().claim_write() as session:
        result = work(session)
        session.commit()
        return result


def rebuild(engine: Engine, work: Callable[[Connection], T]) -> T:
    """One transaction on a whole database, its schema included, as its owner: for restoring one."""
    with engine.connect() as connection:
        result = work(connection)
        connection.commit()
        return result

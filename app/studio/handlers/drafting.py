"""Drafts are begun, saved, put aside and taken back. Nobody's text is ever written over unseen."""

from __future__ import annotations

from typing import Any

from app import catalog, rules
from app.auth import policy
from app.catalog import kind_named, live
from app.catalog import queries as published
from app.kernel.bus import handles
from app.kernel.errors import Conflict, Invalid, NotFound, TooLarge, msg
from app.kernel.unit_of_work import UnitOfWork
from app.studio.commands import BeginDraft, DiscardDraft, DraftCommand, NewDefinition, RestoreDraft, SaveDraft
from app.studio.drafts import BEGUN, KINDS, locked
from app.studio.events import DraftBegun, DraftContinued, DraftDiscarded, DraftEvent, DraftRestored
from app.studio.fresh import fresh_file, key_from, names_of
from app.studio.model import DISCARDED, OPEN, DefinitionDraft

MOVED_ON = msg("Somebody else changed this draft meanwhile. Nothing was written over.")
OTHER_BASE = msg("Another version came into force meanwhile. Nothing was written over.")


@handles(BeginDraft)
def begin_draft(command: BeginDraft, uow: UnitOfWork) -> dict[str, Any]:
    """From what is in force; `data` only for a definition that is new."""
    row = of_command(command, uow)
    if row.state == OPEN:
        raise Conflict(msg("There is a draft of this definition already."))
    current = live(uow.session, uow.tenant_id, row.kind, row.key)
    if current is not None and command.data is not None:
        raise Conflict(OTHER_BASE)
    data = _earlier(command, uow) if command.version_id is not None else command.data
    if data is None and current is None:
        raise NotFound(msg("There is no such version."))
    data = current.data if data is None and current is not None else data or b""
    begin(uow, row, data, current.hash if current is not None else None)
    return {"revision": row.revision, "based_on": row.based_on}


def _earlier(command: BeginDraft, uow: UnitOfWork) -> bytes:
    """The text of another version of this definition; of a rule also one that is on trial."""
    found = published.version(uow.session, uow.tenant_id, command.version_id) if command.version_id else None
    kinds = (command.kind, rules.SHADOW) if command.kind == rules.KIND else (command.kind,)
    if found is None or found.kind not in kinds or found.key != command.definition_key:
        raise NotFound(msg("There is no such version."))
    return found.data


@handles(NewDefinition)
def new_definition(command: NewDefinition, uow: UnitOfWork) -> dict[str, Any]:
    """A sound file of its kind that has a name and does next to nothing."""
    policy.require(uow.actor, "definition.draft")
    if command.kind not in BEGUN:
        raise NotFound(msg("There is no kind of definition called %(kind)s."), kind=command.kind)
    names = names_of(command.name_zh, command.name_en)
    key = key_from(uow, command.kind, names)
    row = locked(uow, command.kind, key)
    begin(uow, row, fresh_file(command.kind, key, names), None)
    return {"kind": row.kind, "key": row.key, "revision": row.revision}


@handles(SaveDraft)
def save_draft(command: SaveDraft, uow: UnitOfWork) -> dict[str, Any]:
    """One more revision, unless the text is the stored one."""
    row = of_command(command, uow)
    if row.revision != command.revision:
        raise Conflict(MOVED_ON)
    _fits(command)
    if row.state != OPEN:
        current = live(uow.session, uow.tenant_id, row.kind, row.key)
        if (current.hash if current is not None else None) != command.based_on:
            raise Conflict(OTHER_BASE)
        if current is None or current.data != command.data:
            begin(uow, row, command.data, command.based_on)
    elif row.data != command.data:
        _keep(uow, row, command.data)
    return {"revision": row.revision, "open": row.state == OPEN}


@handles(DiscardDraft)
def discard_draft(command: DiscardDraft, uow: UnitOfWork) -> dict[str, Any]:
    """The text stays in its row until another draft is begun."""
    row = open_draft(command, uow, command.revision)
    row.state, row.revision = DISCARDED, row.revision + 1
    uow.record(about(DraftDiscarded, row))
    return {"revision": row.revision}


@handles(RestoreDraft)
def restore_draft(command: RestoreDraft, uow: UnitOfWork) -> dict[str, Any]:
    """As it was, on the version that it had begun from."""
    row = of_command(command, uow)
    if row.state != DISCARDED:
        raise Conflict(msg("There is nothing to take back."))
    row.state, row.revision = OPEN, row.revision + 1
    uow.record(about(DraftRestored, row))
    return {"revision": row.revision}


def of_command(command: DraftCommand, uow: UnitOfWork) -> DefinitionDraft:
    """The locked row, for who may draft."""
    policy.require(uow.actor, "definition.draft")
    if command.kind not in KINDS or not catalog.KEY.fullmatch(command.definition_key):
        raise NotFound(msg("There is no such definition."))
    return locked(uow, command.kind, command.definition_key)


def open_draft(command: DraftCommand, uow: UnitOfWork, revision: int) -> DefinitionDraft:
    """The locked row of an open draft at exactly this revision. Raises Conflict."""
    row = of_command(command, uow)
    if row.revision != revision:
        raise Conflict(MOVED_ON)
    if row.state != OPEN:
        raise Conflict(msg("There is no draft of this definition any more."))
    return row


def begin(uow: UnitOfWork, row: DefinitionDraft, data: bytes, based_on: str | None) -> None:
    """The row becomes an open draft; what it was before is gone."""
    row.state, row.data, row.based_on, row.revision = OPEN, data, based_on, row.revision + 1
    row.begun_at = row.saved_at = uow.now
    row.begun_by = row.saved_by = uow.actor.user_id
    row.writers = _with(uow, [])
    uow.record(about(DraftBegun, row))


def about(kind: type[DraftEvent], row: DefinitionDraft, **more: Any) -> DraftEvent:
    """An event of a draft as it stands."""
    return kind(draft_id=row.id, kind=row.kind, key=row.key, revision=row.revision, **more)


def _keep(uow: UnitOfWork, row: DefinitionDraft, data: bytes) -> None:
    other = row.saved_by != uow.actor.user_id
    row.data, row.revision = data, row.revision + 1
    row.saved_at, row.saved_by = uow.now, uow.actor.user_id
    row.writers = _with(uow, row.writers)
    if other:
        uow.record(about(DraftContinued, row))


def _with(uow: UnitOfWork, writers: list[Any]) -> list[Any]:
    own = str(uow.actor.user_id)
    return writers if uow.actor.user_id is None or own in writers else [*writers, own]


def _fits(command: SaveDraft) -> None:
    most = kind_named(command.kind).max_bytes
    if len(command.data) > most:
        raise TooLarge(msg("The file has more than %(limit)s bytes."), limit=most)
    try:
        command.data.decode("utf-8")
    except UnicodeDecodeError:
        raise Invalid(msg("The text is not UTF-8.")) from None

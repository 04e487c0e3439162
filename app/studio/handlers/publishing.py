"""A draft comes into force through the catalog's own command, with its checks, and ends in the same transaction."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app import catalog, rules
from app.auth import policy
from app.catalog.commands import PublishDefinition
from app.kernel.bus import handles
from app.kernel.commands import Command
from app.kernel.errors import Conflict, Invalid, msg
from app.kernel.unit_of_work import UnitOfWork
from app.studio.commands import BESIDE, WAYS, PublishDraft
from app.studio.drafts import Draft
from app.studio.events import DraftPublished
from app.studio.handlers.drafting import OTHER_BASE, about, open_draft
from app.studio.model import PUBLISHED, DefinitionDraft
from app.studio.reviews import approved, wanted
from app.tenancy import queries as tenancy


@handles(PublishDraft)
def publish_draft(command: PublishDraft, uow: UnitOfWork) -> dict[str, Any]:
    """Never over a version that the draft did not begin from, unless the person names that version, with a reason."""
    policy.require(uow.actor, "definition.publish")
    row = open_draft(command, uow, command.revision)
    if not command.reason.strip():
        raise Invalid(msg("Please write why."), fields={"reason": [(msg("Please write why."), {})]})
    if wanted(uow.session) and not approved(uow.session, Draft.of(row)):
        raise Conflict(msg("A second person has to approve this very text first."))
    beside = row.kind == rules.KIND and command.way == BESIDE
    over = not beside and _over(command, uow, row)
    answer: dict[str, Any] = uow.dispatch_nested(_publication(command, uow, row))
    row.state, row.data, row.revision = PUBLISHED, b"", row.revision + 1
    uow.record(about(DraftPublished, row, definition_id=UUID(answer["id"]), over=over))
    return answer


def _publication(command: PublishDraft, uow: UnitOfWork, row: DefinitionDraft) -> Command:
    if row.kind == rules.KIND and command.way:
        return _rule(command, uow, row)
    return PublishDefinition(
        tenant_id=uow.tenant_id, actor=uow.actor, kind=row.kind, definition_key=row.key, data=bytes(row.data),
        file=_file(uow, row), reason=command.reason, meant=command.meant)


def _rule(command: PublishDraft, uow: UnitOfWork, row: DefinitionDraft) -> rules.PublishRule:
    """The way it is to work is a line of its text; on trial it leaves what is in force alone."""
    if command.way not in WAYS:
        raise Invalid(msg("Please choose one of the options."))
    beside = command.way == BESIDE
    file = _file(uow, row, rules.SHADOW if beside else rules.KIND)
    return rules.PublishRule(
        tenant_id=uow.tenant_id, actor=uow.actor, rule=row.key, data=bytes(row.data), file=file, reason=command.reason,
        mode="live" if command.way == "live" else "shadow", beside=beside, begun_from=command.trial if beside else None)


def _over(command: PublishDraft, uow: UnitOfWork, row: DefinitionDraft) -> bool:
    """Under the lock of whoever publishes: whether it goes over a version it did not begin from."""
    catalog.lock(uow)
    current = catalog.live(uow.session, uow.tenant_id, row.kind, row.key)
    in_force = current.hash if current is not None else ""
    began = row.based_on or ""
    if in_force not in (began, command.over):
        raise Conflict(OTHER_BASE)
    return in_force != began


def _file(uow: UnitOfWork, row: DefinitionDraft, kind: str = "") -> str:
    return catalog.kind_named(kind or row.kind).path(row.key, f"tenants/{tenancy.slug(uow.session, uow.tenant_id)}")

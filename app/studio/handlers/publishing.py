"""A draft comes into force through the catalog's own command, with its checks, and ends in the same transaction."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app import catalog
from app.auth import policy
from app.catalog.commands import PublishDefinition
from app.kernel.bus import handles
from app.kernel.errors import Conflict, Invalid, msg
from app.kernel.unit_of_work import UnitOfWork
from app.studio.commands import PublishDraft
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
    over = _over(command, uow, row)
    answer: dict[str, Any] = uow.dispatch_nested(PublishDefinition(
        tenant_id=uow.tenant_id, actor=uow.actor, kind=row.kind, definition_key=row.key, data=bytes(row.data),
        file=_file(uow, row), reason=command.reason))
    row.state, row.data, row.revision = PUBLISHED, b"", row.revision + 1
    uow.record(about(DraftPublished, row, definition_id=UUID(answer["id"]), over=over))
    return answer


def _over(command: PublishDraft, uow: UnitOfWork, row: DefinitionDraft) -> bool:
    """Under the lock of whoever publishes: whether it goes over a version it did not begin from."""
    catalog.lock(uow)
    current = catalog.live(uow.session, uow.tenant_id, row.kind, row.key)
    in_force = current.hash if current is not None else ""
    began = row.based_on or ""
    if in_force not in (began, command.over):
        raise Conflict(OTHER_BASE)
    return in_force != began


def _file(uow: UnitOfWork, row: DefinitionDraft) -> str:
    return catalog.kind_named(row.kind).path(row.key, f"tenants/{tenancy.slug(uow.session, uow.tenant_id)}")

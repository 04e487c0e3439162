"""Files of a case: the tenancy room keeps them; here they are bound to a case and told of."""

from __future__ import annotations

from uuid import UUID

from app.cases import events
from app.cases.journal import record
from app.cases.model import Case
from app.kernel.unit_of_work import UnitOfWork
from app.tenancy import attachments


def attach(uow: UnitOfWork, case: Case, attachment_ids: tuple[UUID, ...], guest_mark: str | None = None) -> None:
    """Bind stored files to the case; a visitor's by the mark they were sent under.

    Raises NotFound for an unknown file or somebody else's, Conflict for one of another case.
    """
    if not attachment_ids:
        return
    attachments.bind(uow, attachment_ids, case_id=case.id, guest_mark=guest_mark)
    for attachment_id in attachment_ids:
        record(uow, case, events.CaseAttachmentAdded, attachment_id=attachment_id)

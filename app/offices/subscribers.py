"""An export that was made before somebody was erased still holds them: it has had its time."""

from __future__ import annotations

from sqlalchemy import update

from app.kernel.bus import subscribes
from app.kernel.events import StoredEvent
from app.kernel.unit_of_work import UnitOfWork
from app.offices.model import OfficeExport


@subscribes("person.erased", name="offices.drop_exports")
def drop_exports(_event: StoredEvent, uow: UnitOfWork) -> None:
    """The worker removes the files at its next turn; a new one can be asked for."""
    uow.session.execute(update(OfficeExport).where(OfficeExport.state == "ready").values(
        expires_at=uow.now, due_at=uow.now))
